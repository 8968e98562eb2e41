/** What the latest reports of a peer say of the way to it. What is not told is undefined. */
export interface WayReport {
  /** The part of the packets that the peer missed, 0 to 1. */
  readonly lossFraction?: number | undefined
  readonly rttMs?: number | undefined
  /** Whether the processor is what keeps the encoder from doing more. Default: false. */
  readonly isCpuLimited?: boolean | undefined
}

const leastFactor = 0.1
const backOffFactor = 0.7

/** Over this it is congestion, or as bad as. */
const heavyLoss = 0.1
/** Up to this it is noise. */
const lightLoss = 0.02

/** A queue that has grown so much over the shortest way is full; below so many milliseconds nobody minds. */
const fullQueueRatio = 3
const fullQueueMs = 300
/** A queue that grows: more would only fill it. */
const growingQueueRatio = 2
const growingQueueMs = 200

/** The shortest way seen is forgotten at this rate, as a way over another network may be longer for good. */
const floorDrift = 1.01

/** Growth in one step, in parts of the whole, and of the present factor. */
const growth = 0.05
const relativeGrowth = 0.065

/** Reports are a second or so late: what is seen right after a step back is what was before it. */
const stepsToWait = 1

/**
 * Finds how much of its bitrate a picture can have on the way to one peer, beside the browser's own estimate, which knows
 * neither this bound nor, in some browsers, a way that loses much.
 *
 * Additive increase, multiplicative decrease. With more than 10 % loss, or a round trip of more than 300 ms and three times the
 * shortest seen, it goes down to 70 %. With 2 to 10 % loss, a round trip of more than 200 ms and twice the shortest, or a busy
 * processor, it stays. Otherwise it grows by 0.05, but by no more than 6.5 %: so a step from where nothing is lost ends where
 * it stays, not where it must go back, and there is no swinging to and fro.
 */
export class RateControl {
  #factor = 1
  #floorMs = Number.POSITIVE_INFINITY
  #wait = 0

  /** The latest answer of `next`; 1 at first. */
  get factor(): number {
    return this.#factor
  }

  /**
   * Takes in a report, about once in a second.
   *
   * @returns what the full bitrate is to be multiplied by, 0.1 to 1
   */
  next({ lossFraction, rttMs, isCpuLimited = false }: WayReport): number {
    const queue = this.#queueOf(rttMs)
    const isHeavy = queue === 'full' || (lossFraction !== undefined && lossFraction > heavyLoss)
    if (this.#wait > 0) {
      this.#wait -= 1
      return this.#factor
    }
    if (isHeavy) {
      this.#wait = stepsToWait
      this.#factor = Math.max(leastFactor, this.#factor * backOffFactor)
    } else if (lossFraction !== undefined && lossFraction < lightLoss && queue === 'short' && !isCpuLimited) {
      this.#factor = Math.min(1, this.#factor + Math.min(growth, this.#factor * relativeGrowth))
    }
    return this.#factor
  }

  #queueOf(rttMs: number | undefined): 'short' | 'growing' | 'full' {
    if (rttMs === undefined || !(rttMs > 0)) return 'short'
    this.#floorMs = Math.min(rttMs, this.#floorMs * floorDrift)
    if (rttMs > fullQueueMs && rttMs > this.#floorMs * fullQueueRatio) return 'full'
    return rttMs > growingQueueMs && rttMs > this.#floorMs * growingQueueRatio ? 'growing' : 'short'
  }
}
