import { useEffect, useRef } from 'react'

interface TileProps {
  readonly stream: MediaStream | undefined
  readonly caption: string
  readonly isOn: boolean
  /** One's own: mirrored, and without sound. */
  readonly isSelf?: boolean
}

export function Tile({ stream, caption, isOn, isSelf = false }: TileProps) {
  const video = useRef<HTMLVideoElement>(null)
  // React has no attribute for it.
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = stream ?? null
  }, [stream])
  return (
    <figure>
      <video
        ref={video}
        autoPlay
        playsInline
        muted={isSelf}
        className={`${isSelf ? 'mirrored' : ''} ${isOn ? '' : 'off'}`}
      />
      <figcaption>{caption}</figcaption>
    </figure>
  )
}
