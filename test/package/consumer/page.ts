// What a page in TypeScript does with the SDK. Compiled strictly; docs/sdk.md is what runs in browsers.
import { type Call, CallError, type CallErrorCode, callErrors, join, openMedia, type Peer } from 'signalbox/client'

export async function talk(room: string, video: HTMLVideoElement): Promise<Call | CallErrorCode> {
  try {
    const call = await join('/calls/ws', { room, name: 'Ada', signal: AbortSignal.timeout(15_000) })
    call.on('peer', (peer: Peer) => {
      video.srcObject = peer.stream()
    })
    const media = await openMedia({ audio: true, video: true })
    await call.publish('mic', media.getAudioTracks()[0] ?? null)
    return call
  } catch (error) {
    if (error instanceof CallError && callErrors[error.code].retryable) return error.code
    throw error
  }
}

// @ts-expect-error a room is needed
export const roomless = () => join('/calls/ws', { name: 'Ada' })
