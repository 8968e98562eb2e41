import { CallError } from './call-error.js'
import { mediaErrorCode, nameOf } from './media.js'

/** What `openScreen` is asked for; the browser decides in the end, with the person. */
export type ScreenRequest = DisplayMediaStreamOptions

/**
 * Asks the person for a screen, a window or a tab, and opens it; made for calls: text stays sharp, with the sound of it where
 * the browser can. Must be called from a click or a key press (W3C Screen Capture, section 5.1).
 *
 * @returns a stream with one video track and at most one of sound; they are yours to stop
 * @throws  CallError `insecure-context`, `unsupported` (phones cannot), `media-denied` (the person said no), `media-not-found`
 *          or `media-in-use`, the browser's own exception as its `cause`
 */
export async function openScreen(request: ScreenRequest = {}): Promise<MediaStream> {
  if (!globalThis.isSecureContext) throw new CallError('insecure-context')
  // Typed as always there; phones lack it.
  const devices: MediaDevices | undefined = navigator.mediaDevices
  if (typeof devices?.getDisplayMedia !== 'function') throw new CallError('unsupported')
  try {
    const stream = await devices.getDisplayMedia({ video: { frameRate: { max: 30 } }, audio: true, ...request })
    for (const track of stream.getVideoTracks()) preferDetail(track)
    return stream
  } catch (cause) {
    throw new CallError(mediaErrorCode(nameOf(cause)), undefined, { cause })
  }
}

/** Asks for sharp text rather than smooth movement, unless something has been asked for (W3C MST Content Hints). */
export function preferDetail(track: MediaStreamTrack): void {
  // Not in every browser; there the picture is as sharp as a camera's.
  if ('contentHint' in track && track.contentHint === '') track.contentHint = 'detail'
}
