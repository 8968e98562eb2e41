import { failed, type Verdict, works } from './verdict.js'

/** Longer than a socket may take to open and be answered. */
const patienceMs = 10_000

/** What the service has said. */
export interface ServiceReport {
  readonly verdict: Verdict
  /** Which STUN and TURN servers a call would get; none where that is not known. */
  readonly iceServers: readonly RTCIceServer[]
}

/**
 * Asks the service, over a WebSocket as a call does, which STUN and TURN servers there are. Takes no seat in any room.
 *
 * @param token  of an invitation, where the address had one
 */
export function checkService(room: string, token: string | undefined): Promise<ServiceReport> {
  const url = new URL('ws', document.baseURI)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.hash = ''
  return new Promise((resolve) => {
    const startedMs = performance.now()
    const socket = new WebSocket(url)
    const end = (verdict: Verdict, iceServers: readonly RTCIceServer[] = []): void => {
      clearTimeout(timer)
      socket.close(1000)
      resolve({ verdict, iceServers })
    }
    const timer = setTimeout(() => end(failed('silent-service')), patienceMs)
    socket.addEventListener('open', () =>
      socket.send(JSON.stringify({ type: 'ice-servers', roomId: room, ...(token !== undefined && { token }) })),
    )
    socket.addEventListener('close', () => end(failed('silent-service')))
    socket.addEventListener('message', ({ data }) => {
      const message: unknown = JSON.parse(String(data))
      if (typeof message !== 'object' || message === null || !('type' in message)) return
      if (message.type === 'error' && 'code' in message) {
        // The socket works; what it needs besides is another question.
        end({ outcome: 'unsure', finding: message.code === 'token-required' ? 'no-invitation' : 'invitation-refused' })
      } else if (message.type === 'ice-servers' && 'iceServers' in message && Array.isArray(message.iceServers)) {
        end(works(performance.now() - startedMs), message.iceServers)
      }
    })
  })
}
