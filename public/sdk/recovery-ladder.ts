/** What is to be seen of a connection at one moment. */
export interface Observation {
  /** A monotonic clock, in milliseconds. */
  readonly nowMs: number
  readonly state: RTCPeerConnectionState
  /** Whether bytes have come in since the last look; `idle` where none are to be expected, `unknown` where nobody looked. */
  readonly flow: 'flowing' | 'silent' | 'idle' | 'unknown'
  /** Whether the negotiation failed, or the control channel of a connected pair is closed: nothing heals that. */
  readonly isBroken: boolean
  /** Whether the other side can be told of a new connection; without that none is of any use. */
  readonly canRebuild: boolean
}

/** What is to be done about it. `restart`: ICE, on the same connection. `rebuild`: a new connection. */
export type Remedy = 'restart' | 'rebuild'

/** How a connection stands. */
export type Condition = 'connecting' | 'live' | 'unstable' | 'lost'

/** How long no bytes may come before the connection counts as unstable. */
const silentAfterMs = 2000

/** How long trouble may last before ICE is restarted: most outages heal by themselves sooner. */
const restartAfterMs = 2000

/** How long a restart may take before there is another. */
const restartEveryMs = 5000

/** How long a connection that says it is connected may stay silent after a restart. */
const silentAfterRestartMs = 3000

/** How long the first connection may take; the checks of ICE alone end after 15 to 30 s. */
const connectWithinMs = 20_000

/** How long it is from one new connection to the next at least: nothing before the first, then doubling. */
const firstPauseMs = 1000
const maxPauseMs = 8000
/** A peer that cannot be reached for so many tries is tried less often: each try costs the TURN server, too. */
const patientTries = 20
const patientPauseMs = 30_000

/** How long a connection must have been well until its troubles are forgotten. */
const wellAfterMs = 10_000

/**
 * The ladder of recovery: unstable, ICE restart, new connection. It watches one peer over all its connections, and only says
 * what to do; it goes by `connectionState` and by the bytes that come, since each alone is wrong in some browser
 * (`iceConnectionState` never says `failed` in Chromium; Firefox says `connected` after a late restart while nothing comes).
 */
export class RecoveryLadder {
  readonly #delayMs: number
  #startedMs: number
  #lastFlowMs: number
  /** When bytes came, not only none were to be expected. */
  #lastBytesMs = Number.NEGATIVE_INFINITY
  #troubleMs: number | undefined
  #restartedMs: number | undefined
  #rebuiltMs = Number.NEGATIVE_INFINITY
  #pauseMs = 0
  #tries = 0
  #wellMs: number | undefined
  #wasConnected = false

  /** @param delayMs  how much later than the other side this one acts, so that both do not act at once */
  constructor(nowMs: number, delayMs: number) {
    this.#delayMs = delayMs
    this.#startedMs = nowMs
    this.#lastFlowMs = nowMs
  }

  /** How the connection stands, as of the last look. */
  condition(state: RTCPeerConnectionState, nowMs: number): Condition {
    if (state === 'failed' || state === 'closed') return 'lost'
    if (!this.#wasConnected) return state === 'disconnected' ? 'unstable' : 'connecting'
    if (state === 'disconnected' && !this.#isFed(nowMs)) return 'unstable'
    if (nowMs - this.#lastFlowMs >= silentAfterMs) return 'unstable'
    return this.#troubleMs === undefined ? 'live' : 'unstable'
  }

  /** Takes a look, and says what is to be done now. */
  look({ nowMs, state, flow, isBroken, canRebuild }: Observation): Remedy | undefined {
    const isFirst = state === 'connected' && !this.#wasConnected
    if (isFirst) this.#wasConnected = true
    if (isFirst || flow === 'flowing' || flow === 'idle') this.#lastFlowMs = nowMs
    if (flow === 'flowing') this.#lastBytesMs = nowMs
    const isSilent = this.#wasConnected && nowMs - this.#lastFlowMs >= silentAfterMs
    if (state === 'failed' || state === 'closed' || isBroken) return this.#rebuild(nowMs, canRebuild)
    if (!this.#wasConnected) {
      return nowMs - this.#startedMs >= connectWithinMs ? this.#rebuild(nowMs, canRebuild) : undefined
    }
    // Firefox says `disconnected` at times while everything comes, and `connecting` again in a healthy restart.
    if ((state === 'connected' && !isSilent) || this.#isFed(nowMs)) {
      this.#onWell(nowMs)
      return undefined
    }
    this.#wellMs = undefined
    this.#troubleMs ??= nowMs
    return this.#mend(nowMs, state === 'connected', canRebuild)
  }

  /** A pause in looking (a page in the background, a computer asleep) tells nothing of the connection. */
  skip(nowMs: number): void {
    this.#lastFlowMs = nowMs
    if (this.#troubleMs !== undefined) this.#troubleMs = nowMs
  }

  /** There is a new connection: everything starts again, but for the pause before the next one. */
  onRebuilt(nowMs: number): void {
    this.#startedMs = nowMs
    this.#lastFlowMs = nowMs
    this.#lastBytesMs = Number.NEGATIVE_INFINITY
    this.#troubleMs = undefined
    this.#restartedMs = undefined
    this.#wasConnected = false
  }

  /** ICE is being restarted already, by the other side or for another reason. */
  onRestarted(nowMs: number): void {
    this.#restartedMs = nowMs
  }

  #isFed(nowMs: number): boolean {
    return nowMs - this.#lastBytesMs < silentAfterMs
  }

  #mend(nowMs: number, isConnected: boolean, canRebuild: boolean): Remedy | undefined {
    const troubledMs = nowMs - (this.#troubleMs ?? nowMs) - this.#delayMs
    if (this.#restartedMs === undefined) {
      if (troubledMs < restartAfterMs) return undefined
      this.#restartedMs = nowMs
      return 'restart'
    }
    const sinceRestartMs = nowMs - this.#restartedMs
    const isInVain = isConnected && sinceRestartMs >= silentAfterRestartMs + this.#delayMs
    if (isInVain && canRebuild) return this.#rebuild(nowMs, canRebuild)
    if (sinceRestartMs < restartEveryMs) return undefined
    this.#restartedMs = nowMs
    return 'restart'
  }

  #rebuild(nowMs: number, canRebuild: boolean): Remedy | undefined {
    this.#wellMs = undefined
    this.#troubleMs ??= nowMs
    if (!canRebuild) return undefined
    const earliestMs = Math.max(this.#troubleMs, this.#rebuiltMs + this.#pauseMs)
    if (nowMs < earliestMs + this.#delayMs) return undefined
    this.#rebuiltMs = nowMs
    this.#tries += 1
    this.#pauseMs =
      this.#tries > patientTries ? patientPauseMs : Math.min(firstPauseMs * 2 ** (this.#tries - 1), maxPauseMs)
    return 'rebuild'
  }

  #onWell(nowMs: number): void {
    this.#troubleMs = undefined
    this.#restartedMs = undefined
    this.#wellMs ??= nowMs
    if (nowMs - this.#wellMs < wellAfterMs) return
    this.#tries = 0
    this.#pauseMs = 0
  }
}
