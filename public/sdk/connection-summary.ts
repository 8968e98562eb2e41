import type { ConnectionQuality } from '../../schemas/index.js'
import type { Quality } from './quality.js'

/** Whoever waits for longer, and still has no connection, has none. */
const patienceMs = 10_000
/** What takes longer was not waited for: somebody has switched something on. */
const longestWaitMs = 120_000
/** As many as a report may tell. */
const mostFailures = 100

/** What one waits for of somebody. */
export type MediaKind = 'sound' | 'picture'

/** Means of what is measured again and again, without what it was made of. */
class Mean {
  #sum = 0
  #count = 0

  add(value: number): void {
    this.#sum += value
    this.#count += 1
  }

  /** To hundredths; undefined where there was nothing. */
  get value(): number | undefined {
    return this.#count === 0 ? undefined : Math.round((100 * this.#sum) / this.#count) / 100
  }
}

/** Sums up how one connection was, for a report. Times in milliseconds on one monotonic clock, handed in. */
export class ConnectionSummary {
  readonly #startMs: number
  readonly #expectedMs = new Map<MediaKind, number>()
  readonly #waitedMs = new Map<MediaKind, number>()
  readonly #rtt = new Mean()
  readonly #sentLoss = new Mean()
  readonly #receivedLoss = new Mean()
  #iceFailures = 0
  #way: ConnectionQuality['way'] = 'none'

  /** @param nowMs  when the two could begin to negotiate */
  constructor(nowMs: number) {
    this.#startMs = nowMs
  }

  /** The other says that it sends this. Who does not say so is expected to from the beginning. */
  expect(kind: MediaKind, nowMs: number): void {
    if (!this.#expectedMs.has(kind)) this.#expectedMs.set(kind, nowMs)
  }

  /** The first of it is here. */
  arrive(kind: MediaKind, nowMs: number): void {
    if (!this.#waitedMs.has(kind)) this.#waitedMs.set(kind, nowMs - (this.#expectedMs.get(kind) ?? this.#startMs))
  }

  /** The connection was lost, or does not come about. */
  fail(): void {
    this.#iceFailures = Math.min(mostFailures, this.#iceFailures + 1)
  }

  /** How it is, while it works. */
  add({ isRelayed, rttMs, upLossPercent, downLossPercent }: Quality): void {
    this.#way = isRelayed ? 'relayed' : 'direct'
    // Before there is one it is 0.
    if (rttMs > 0) this.#rtt.add(rttMs)
    this.#sentLoss.add(upLossPercent)
    this.#receivedLoss.add(downLossPercent)
  }

  /** @returns undefined where it was too short to say anything */
  end(nowMs: number): ConnectionQuality | undefined {
    const isShort = this.#way === 'none' && this.#iceFailures === 0 && nowMs - this.#startMs < patienceMs
    if (isShort) return undefined
    const [firstSoundMs, firstPictureMs] = [this.#waitOf('sound'), this.#waitOf('picture')]
    const [rttMs, sentLossPercent, receivedLossPercent] = [this.#rtt, this.#sentLoss, this.#receivedLoss].map(
      ({ value }) => value,
    )
    return {
      way: this.#way,
      iceFailures: this.#iceFailures,
      ...(firstSoundMs !== undefined && { firstSoundMs }),
      ...(firstPictureMs !== undefined && { firstPictureMs }),
      ...(rttMs !== undefined && { rttMs }),
      ...(sentLossPercent !== undefined && { sentLossPercent }),
      ...(receivedLossPercent !== undefined && { receivedLossPercent }),
    }
  }

  #waitOf(kind: MediaKind): number | undefined {
    const waitedMs = this.#waitedMs.get(kind)
    return waitedMs === undefined || waitedMs > longestWaitMs ? undefined : Math.round(waitedMs)
  }
}
