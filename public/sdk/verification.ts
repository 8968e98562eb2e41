import { CodeAgreement } from './code-agreement.js'
import { type CodeSymbol, codeSymbols } from './code-symbols.js'
import type { ControlChannel } from './control-channel.js'
import { Emitter } from './emitter.js'

/**
 * What two people compare, by voice or by sight: it is the same on both sides only if their connection is encrypted from one to
 * the other, and nobody, the service included, is in between.
 */
export interface Code {
  /** Five of 64. */
  readonly symbols: readonly CodeSymbol[]
  /** From 1 on. A higher one is of a connection that was made anew: what was compared before says nothing of it. */
  readonly run: number
}

/** What a `Verification` tells. */
export interface VerificationEvents {
  /** There is another code, or, until there is, none. */
  code: Code | undefined
  /** The other side does not keep to the rules: somebody may be in between, who does not know both ends. */
  failed: undefined
}

/** Gets the code of the present connection to one peer, one connection after the other. */
export class Verification extends Emitter<VerificationEvents> {
  #listening = new AbortController()
  #code: Code | undefined
  #runs = 0

  /** undefined: not known yet, or never, as the peer's client or this browser cannot agree on one. */
  get code(): Code | undefined {
    return this.#code
  }

  /** Goes on with another connection. */
  use(pc: RTCPeerConnection, control: ControlChannel): void {
    this.close()
    // Only in a secure context.
    if (globalThis.crypto?.subtle === undefined) return
    this.#listening = new AbortController()
    const { signal } = this.#listening
    const agreement = new CodeAgreement(pc, (step) => control.agree(step))
    control.on('open', () => agreement.begin(), { signal })
    control.on('agree', (step) => agreement.receive(step), { signal })
    agreement.on('failed', () => this.emit('failed', undefined), { signal })
    agreement.on('code', (numbers) => this.#onCode(numbers), { signal })
  }

  close(): void {
    this.#listening.abort()
    if (this.#code === undefined) return
    this.#code = undefined
    this.emit('code', undefined)
  }

  #onCode(numbers: readonly number[]): void {
    this.#runs += 1
    this.#code = { symbols: numbers.flatMap((number) => codeSymbols[number] ?? []), run: this.#runs }
    this.emit('code', this.#code)
  }
}
