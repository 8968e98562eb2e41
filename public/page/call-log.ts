import type { Call, CallError, Peer } from '../sdk/index.js'

/** What somebody else wants to know of a call that was bad is at its end. */
const maxEvents = 100

/** Something that happened in a call. */
export interface CallEvent {
  /** In milliseconds since 1970. */
  readonly timeMs: number
  /** In English, and without a name: it is for whoever runs the service. */
  readonly text: string
}

/** What has happened in a call of late, and how the others are called where they are not to be named. */
export class CallLog {
  #events: readonly CallEvent[] = []
  readonly #numbers = new Map<string, number>()
  #people = 0
  #ending = new AbortController()
  #beganAtMs = 0

  /** Oldest first. */
  get events(): readonly CallEvent[] {
    return this.#events
  }

  /** When the call began, in milliseconds since 1970. */
  get beganAtMs(): number {
    return this.#beganAtMs
  }

  /** Which of the others this is, counted as they came; somebody who comes back in the place of a peer is the same. */
  numberOf(peer: Peer): number {
    const known = this.#numbers.get(peer.id)
    if (known !== undefined) return known
    this.#people += 1
    this.#numbers.set(peer.id, this.#people)
    return this.#people
  }

  /** A call begins: what was before is forgotten. */
  follow(call: Call): void {
    this.end()
    this.#events = []
    this.#numbers.clear()
    this.#people = 0
    this.#beganAtMs = Date.now()
    this.#ending = new AbortController()
    const { signal } = this.#ending
    this.#note('the call begins')
    for (const peer of call.peers.values()) this.#watch(peer, signal)
    call.on('peer', (peer) => this.#watch(peer, signal), { signal })
    call.on(
      'left',
      ({ peer, reason, replacedBy }) => {
        const number = this.numberOf(peer)
        if (replacedBy !== undefined) this.#numbers.set(replacedBy.id, number)
        this.#note(`person ${number} is gone: ${reason}`)
      },
      { signal },
    )
    call.on('signaling', (state) => this.#note(`the service is ${state}`), { signal })
    call.on('error', (error) => this.#note(`error ${nameOf(error)}`), { signal })
    call.on('end', ({ reason }) => this.#note(`the call ends: ${reason === 'left' ? reason : nameOf(reason)}`), {
      signal,
    })
    for (const type of ['online', 'offline'] as const) {
      globalThis.addEventListener(type, () => this.#note(`the browser is ${type}`), { signal })
    }
  }

  /** Nothing more is noted; what there is stays until the next call. */
  end(): void {
    this.#ending.abort()
  }

  #watch(peer: Peer, signal: AbortSignal): void {
    const number = this.numberOf(peer)
    this.#note(`person ${number} is here`)
    peer.on('state', (state) => this.#note(`person ${number} is ${state}`), { signal })
    let told = ''
    peer.on(
      'quality',
      ({ level, reason, side }) => {
        const now = level === 4 ? '' : `level ${level}, ${reason}${side === undefined ? '' : `, ${side}`}`
        if (now === told) return
        told = now
        this.#note(`person ${number}: ${now || 'level 4'}`)
      },
      { signal },
    )
  }

  #note(text: string): void {
    this.#events = [...this.#events.slice(1 - maxEvents), { timeMs: Date.now(), text }]
  }
}

/** Codes alone: a message may tell more than a report should. */
function nameOf({ code, serviceCode }: CallError): string {
  // What the service says could be anything.
  const isCode = serviceCode !== undefined && /^[a-z-]{1,40}$/.test(serviceCode)
  return isCode && serviceCode !== code ? `${code} (${serviceCode})` : code
}
