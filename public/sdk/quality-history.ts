import type { Level } from './e-model.js'

/** How good a connection is, in numbers. */
export interface QualityFigures {
  /** Mean opinion score, from 1 (bad) to 4.5, by ITU-T G.107. */
  readonly mos: number
  /** From here to there and back. */
  readonly rttMs: number
  /** Of what is received: between packets, before the jitter buffer. */
  readonly jitterMs: number
  /** 0 to 100: in the direction that is worse. */
  readonly lossPercent: number
  /** 0 to 100, of what is sent to this peer, by its reports. */
  readonly upLossPercent: number
  /** 0 to 100, of what comes from this peer. */
  readonly downLossPercent: number
  /** What is sent to this peer, in kbit/s. */
  readonly upKbps: number
  /** What comes from this peer, in kbit/s. */
  readonly downKbps: number
}

/** What a connection was like for one second, as it was measured, not smoothed. */
export interface QualityMoment extends QualityFigures {
  /** When it ended, in milliseconds, as `performance.now()` counts. */
  readonly timeMs: number
  /** From 0, hardly of use, to 4, as if in one room. */
  readonly level: Level
}

/** Two minutes, as there is about one in a second. */
const maxMoments = 120

/** The last two minutes of a connection, whoever looks at them. */
export class QualityHistory {
  #moments: readonly QualityMoment[] = []

  /** Oldest first. Another array each time there is something new. */
  get moments(): readonly QualityMoment[] {
    return this.#moments
  }

  /** The second that ends now was like that. */
  add(moment: Omit<QualityMoment, 'timeMs'>): void {
    this.#moments = [...this.#moments.slice(1 - maxMoments), { timeMs: performance.now(), ...moment }]
  }

  /** What was before this one. */
  goOnFrom(former: QualityHistory): void {
    this.#moments = [...former.#moments, ...this.#moments].sort((a, b) => a.timeMs - b.timeMs).slice(-maxMoments)
  }
}
