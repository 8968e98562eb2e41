import type { ConnectionQuality, QualityReport } from '../../schemas/index.js'
import { ConnectionSummary, type MediaKind } from './connection-summary.js'
import type { Peer } from './peer.js'
import { slotKinds, slots } from './slots.js'
import { pause } from './wake.js'

/** As many as one report may tell of. */
const mostConnections = 32
/** From its first packet on it is looked for the first picture so often, and so many times. */
const lookEveryMs = 100
const mostLooks = 100

const kindOf = { audio: 'sound', video: 'picture' } as const satisfies Record<string, MediaKind>

/** Watches the connections of a call, and tells how they were when they are over. */
export class QualityReporter {
  readonly #send: (report: QualityReport) => void
  #ended: ConnectionQuality[] = []

  constructor(send: (report: QualityReport) => void) {
    this.#send = send
  }

  /** From when the two can negotiate to when the connection closes. */
  watch(peer: Peer): void {
    const summary = new ConnectionSummary(performance.now())
    const over = new AbortController()
    const { signal } = over
    const expect = (): void => {
      for (const slot of slots)
        if (peer.told?.[slot] === true) summary.expect(kindOf[slotKinds[slot]], performance.now())
    }
    const arrive = (kind: MediaKind): void => summary.arrive(kind, performance.now())
    expect()
    peer.on('media', expect, { signal })
    peer.on(
      'track',
      ({ track }) => {
        const look = (): void => {
          if (track.kind === 'audio') arrive('sound')
          else void untilPicture(peer, track, signal).then((isThere) => isThere && arrive('picture'))
        }
        if (track.muted) track.addEventListener('unmute', look, { signal, once: true })
        else look()
      },
      { signal },
    )
    peer.on('quality', (quality) => summary.add(quality), { signal })
    peer.on('state', (state) => {
      if (state === 'reconnecting' || state === 'failed') summary.fail()
      if (state !== 'closed') return
      over.abort()
      const quality = summary.end(performance.now())
      if (quality !== undefined) this.#ended.push(quality)
      if (this.#ended.length >= mostConnections) this.flush()
    })
  }

  /** Tells of those that are over, if there are any. */
  flush(): void {
    const connections = this.#ended
    this.#ended = []
    if (connections.length > 0) this.#send({ connections })
  }
}

/** Its first packet says that a picture is coming, and not yet that one can be shown. @returns whether one can. Never rejects */
async function untilPicture(peer: Peer, track: MediaStreamTrack, signal: AbortSignal): Promise<boolean> {
  for (let looks = 0; looks < mostLooks && !signal.aborted; looks += 1) {
    const receiver = peer.pc.getReceivers().find((receiver) => receiver.track === track)
    if (receiver === undefined) return false
    // Not of a connection that is closed.
    const report = await receiver.getStats().catch(() => undefined)
    if (report !== undefined && hasPicture(report)) return true
    await pause(lookEveryMs, signal)
  }
  return false
}

function hasPicture(report: RTCStatsReport): boolean {
  let isThere = false
  report.forEach((stats: Readonly<Record<string, unknown>>) => {
    if (stats['type'] === 'inbound-rtp' && Number(stats['framesDecoded']) > 0) isThere = true
  })
  return isThere
}
