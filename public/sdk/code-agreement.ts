import { fromBase64url, toBase64url } from './base64url.js'
import { Emitter } from './emitter.js'
import { type EndCertificates, endCertificatesOf } from './end-certificates.js'

/** What one side tells the other, 32 bytes as base64url. */
export interface AgreementStep {
  readonly step: 'commit' | 'answer' | 'reveal'
  readonly value: string
}

/** What a `CodeAgreement` tells. */
export interface CodeAgreementEvents {
  /** Five numbers from 0 to 63. */
  code: readonly number[]
  /** What the other side has shown is not what it had committed itself to, or came out of turn. */
  failed: undefined
}

const nonceBytes = 32
const codeLength = 5
const bitsEach = 6
const encoder = new TextEncoder()

/**
 * Agrees on a short code with whoever is at the other end of one connection, by its own data channel. It is the same at both
 * ends only if nobody is in between: the certificates of both are in it.
 *
 * A hash of those alone could be forged by whoever stands in between, who would try certificates until two codes are alike:
 * 30 bits take seconds. So each side adds a number of its own, and the first one is committed to its number before
 * it sees the other one, which chooses without having seen it either (ZRTP, RFC 6189 section 4.4.1.1, does it so). Whoever
 * is in between can only guess, once for each connection: one in 2^30.
 *
 *     first → other  commit  SHA-256(context ‖ own number)
 *     other → first  answer  own number
 *     first → other  reveal  own number
 *
 * First is whose certificate comes first in order of bytes, so that nobody has to say who it is.
 */
export class CodeAgreement extends Emitter<CodeAgreementEvents> {
  readonly #pc: RTCPeerConnection
  readonly #say: (step: AgreementStep) => void
  readonly #own = crypto.getRandomValues(new Uint8Array(nonceBytes))
  #chain: Promise<void> = Promise.resolve()
  #ends: EndCertificates | undefined
  #commitment: string | undefined
  #isOver = false

  constructor(pc: RTCPeerConnection, say: (step: AgreementStep) => void) {
    super()
    this.#pc = pc
    this.#say = say
  }

  /** Call it when the channel is open. */
  begin(): void {
    this.#enqueue(async () => {
      this.#ends = await endCertificatesOf(this.#pc)
      if (this.#ends === undefined || !isFirst(this.#ends)) return
      this.#say({ step: 'commit', value: await commitmentOf(contextOf(this.#ends), this.#own) })
    })
  }

  /** Takes in what the other side says. Never throws. */
  receive(said: AgreementStep): void {
    this.#enqueue(() => this.#take(said))
  }

  async #take({ step, value }: AgreementStep): Promise<void> {
    if (this.#ends === undefined || this.#isOver) return
    const bytes = fromBase64url(value)
    if (bytes?.length !== nonceBytes || (step === 'answer') !== isFirst(this.#ends)) return this.#fail()
    const context = contextOf(this.#ends)
    switch (step) {
      case 'commit':
        // A second one would be made with our number in sight.
        if (this.#commitment !== undefined) return this.#fail()
        this.#commitment = value
        this.#say({ step: 'answer', value: toBase64url(this.#own) })
        break
      case 'answer':
        this.#isOver = true
        this.#say({ step: 'reveal', value: toBase64url(this.#own) })
        this.emit('code', await codeOf(context, this.#own, bytes))
        break
      case 'reveal':
        if (this.#commitment !== (await commitmentOf(context, bytes))) return this.#fail()
        this.#isOver = true
        this.emit('code', await codeOf(context, bytes, this.#own))
    }
  }

  #fail(): void {
    this.#isOver = true
    this.emit('failed', undefined)
  }

  #enqueue(run: () => Promise<void>): void {
    this.#chain = this.#chain.then(run).catch(() => this.#fail())
  }
}

function isFirst({ own, other }: EndCertificates): boolean {
  const index = own.findIndex((byte, at) => byte !== other[at])
  return index >= 0 && (own[index] ?? 0) < (other[index] ?? 0)
}

/** Each part has a length of its own that never differs. */
function contextOf(ends: EndCertificates): Uint8Array<ArrayBuffer> {
  const inOrder = isFirst(ends) ? [ends.own, ends.other] : [ends.other, ends.own]
  return joined(encoder.encode('signalbox code 1'), ...inOrder)
}

async function commitmentOf(context: Uint8Array, nonce: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', joined(encoder.encode('commit'), context, nonce))
  return toBase64url(new Uint8Array(digest))
}

/** HKDF (RFC 5869) of both numbers: the first 30 bits, six for each part of the code. */
async function codeOf(context: Uint8Array<ArrayBuffer>, first: Uint8Array, other: Uint8Array): Promise<number[]> {
  const key = await crypto.subtle.importKey('raw', joined(first, other), 'HKDF', false, ['deriveBits'])
  const info = encoder.encode('code')
  const bits = await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: context, info }, key, 32)
  const number = new DataView(bits).getUint32(0)
  return Array.from({ length: codeLength }, (_, at) => (number >>> (32 - bitsEach * (at + 1))) & (2 ** bitsEach - 1))
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
