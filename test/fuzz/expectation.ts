import { isDeepStrictEqual } from 'node:util'
import { type ErrorCode, errorCodes } from '../../schemas/index.js'
import { rawMembers } from './raw-members.js'
import { type Fields, isRecord } from './verdict.js'

/** A seat as the model has it. What the service makes up is known once it has said it. */
export interface NamedSeat {
  peerId: string | undefined
  readonly isResumable: boolean
}

/** What a socket must be sent next. */
export type Expected =
  /** @property build  is called with what has come, as it may name what came before */
  | { readonly kind: 'message'; readonly build: (came: Fields) => Fields; readonly chain?: NamedSeat }
  | {
      readonly kind: 'error'
      readonly code: ErrorCode
      readonly id?: unknown
      readonly n?: number
      readonly chain?: NamedSeat
    }
  | { readonly kind: 'joined'; readonly build: () => Fields; readonly seat: NamedSeat }
  | {
      readonly kind: 'relayed'
      readonly text: string
      readonly without: readonly string[]
      readonly from: NamedSeat
      readonly chain?: NamedSeat
    }
  /** An error where `seq` was never told in this seat, else nothing. */
  | { readonly kind: 'acknowledged'; readonly seq: string; readonly id?: unknown }

/** @property cause  what was sent, for people */
export type Caused = Expected & { readonly cause: string }

export class Mismatch extends Error {}

const sessionFields = ['key', 'windowMs', 'pingIntervalMs', 'pongTimeoutMs']

/** What one socket must be sent, in its order, and what it has been told so far. */
export class Listener {
  readonly #expected: Caused[] = []
  /** What has been told in the present seat, by its `seq`. */
  #told = new Set<string>()
  #lastSeq = ''
  #key = ''
  #received = 0

  /** What it takes to come back: the key of the session, and the last `seq` that was told. */
  get session(): { readonly key: string; readonly seq: string } {
    return { key: this.#key, seq: this.#lastSeq }
  }

  expect(expected: Expected, cause: string): void {
    this.#expected.push({ ...expected, cause })
  }

  /**
   * @param isCutShort  whether it may end before all has come
   * @throws Mismatch
   */
  compare(frames: readonly string[], isCutShort = false): void {
    const rest = frames.values()
    for (const expected of this.#expected.splice(0)) {
      if (expected.kind === 'acknowledged' && this.#told.has(expected.seq)) continue
      const frame = this.#next(rest)
      if (frame === undefined && isCutShort) return
      const complaint = frame === undefined ? 'nothing came' : this.#complaint(expected, frame)
      if (complaint === undefined) continue
      const wanted = JSON.stringify('build' in expected ? expected.build({}) : { ...expected, ...shownAs(expected) })
      throw new Mismatch(
        `${complaint}\n  after:    ${shorten(expected.cause)}\n  expected: ${expected.kind} ${shorten(wanted)}\n  came:     ${shorten(frame ?? '')}`,
      )
    }
    const more = this.#next(rest)
    if (more !== undefined) throw new Mismatch(`came, and was not expected: ${shorten(more)}`)
  }

  /** Passes over what comes at its own time. */
  #next(frames: Iterator<string>): string | undefined {
    for (;;) {
      const { value: frame, done } = frames.next()
      if (done === true) return undefined
      const ack = /^\{"type":"ack","n":(\d+)\}$/.exec(frame)
      if (frame === '{"type":"ping"}') continue
      if (ack === null) return frame
      const n = Number(ack[1])
      if (n <= this.#received) throw new Mismatch(`ack ${n} after ack ${this.#received}`)
      this.#received = n
    }
  }

  #complaint(expected: Expected, frame: string): string | undefined {
    const parsed: unknown = JSON.parse(frame)
    if (!isRecord(parsed)) return 'no object'
    if (expected.kind === 'joined') return this.#joined(expected.build(), expected.seat, parsed)
    const chain = 'chain' in expected && expected.chain?.isResumable === true
    if (chain) {
      if (parsed['prev'] !== this.#lastSeq) return `prev is not ${this.#lastSeq}`
      this.#tell(parsed['seq'])
    }
    if (expected.kind === 'relayed') return relayedComplaint(expected, frame, parsed, chain)
    const { seq: _seq, prev: _prev, ...unchained } = parsed
    const plain = chain ? unchained : parsed
    if (expected.kind === 'message')
      return isDeepStrictEqual(plain, expected.build(plain)) ? undefined : 'another message'
    const { message, ...error } = plain
    if (typeof message !== 'string' || message === '') return 'no message'
    const wanted =
      expected.kind === 'acknowledged'
        ? { type: 'error', code: 'bad-message' satisfies ErrorCode, ...pick(expected, 'id') }
        : { type: 'error', code: expected.code, ...pick(expected, 'id'), ...pick(expected, 'n') }
    if (!Object.hasOwn(errorCodes, String(error['code']))) return 'no code of the closed list'
    return isDeepStrictEqual(error, wanted) ? undefined : 'another answer'
  }

  #joined(wanted: Fields, seat: NamedSeat, parsed: Fields): string | undefined {
    const { peerId, session, seq, ...rest } = parsed
    if (typeof peerId !== 'string' || !/^[\w-]{22}$/.test(peerId)) return 'no peerId'
    seat.peerId ??= peerId
    if (seat.peerId !== peerId) return 'not as the others call it'
    this.#told = new Set()
    this.#received = 0
    if (seat.isResumable) {
      if (!isRecord(session) || !isDeepStrictEqual(Object.keys(session), sessionFields)) return 'no session'
      this.#key = String(session['key'])
      this.#tell(seq)
    } else if (session !== undefined || seq !== undefined) return 'a session for who did not ask for it'
    return isDeepStrictEqual(rest, wanted) ? undefined : 'joined something else'
  }

  #tell(seq: unknown): void {
    this.#lastSeq = String(seq)
    this.#told.add(this.#lastSeq)
  }
}

/** "With every property they came with, byte for byte, and with `from`." */
function relayedComplaint(
  { text, without, from }: Extract<Expected, { kind: 'relayed' }>,
  frame: string,
  parsed: Fields,
  isChained: boolean,
): string | undefined {
  const wanted = rawMembers(text).filter(({ name }) => !without.includes(name))
  const came = rawMembers(frame)
  if (came[0]?.text !== `"from":${JSON.stringify(from.peerId)}`) return 'from is not first, or not the sender'
  const own = came.slice(1, isChained ? -2 : undefined)
  if (!isDeepStrictEqual(own, wanted)) return 'not as it was sent'
  return parsed['from'] === from.peerId && !Object.hasOwn(parsed, 'to') ? undefined : 'from or to can be read otherwise'
}

/** Seats by their names: a model has no end. */
function shownAs(expected: Expected): Fields {
  const seats = Object.entries(expected).filter(([field]) => field === 'chain' || field === 'from')
  return Object.fromEntries(seats.map(([field, seat]) => [field, Reflect.get(Object(seat), 'peerId')]))
}

function pick(from: object, name: 'id' | 'n'): Fields {
  return Object.hasOwn(from, name) ? { [name]: Reflect.get(from, name) } : {}
}

export function shorten(text: string): string {
  return text.length <= 400 ? text : `${text.slice(0, 400)}… (${text.length} characters)`
}
