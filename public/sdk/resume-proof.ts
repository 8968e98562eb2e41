import { toBase64url } from './base64url.js'

const encoder = new TextEncoder()

/** Whether this page can prove that a seat is its own: Web Cryptography is there in a secure context only. */
export function canProve(): boolean {
  return globalThis.crypto?.subtle !== undefined
}

/** Makes what proves to the service that a seat is one's own (docs/protocol.md, Resume). */
export class ResumeProof {
  readonly #key: Promise<CryptoKey>
  readonly #seat: readonly [roomId: string, peerId: string]

  /** @param key  of `joined`: the text itself, as bytes */
  constructor(key: string, roomId: string, peerId: string) {
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    this.#key = crypto.subtle.importKey('raw', encoder.encode(key), algorithm, false, ['sign'])
    this.#seat = [roomId, peerId]
  }

  /** @returns base64url without padding */
  async mac(purpose: 'resume' | 'replace' | 'leave', ...more: readonly (string | number)[]): Promise<string> {
    const text = [purpose, ...this.#seat, ...more].join('\n')
    return toBase64url(new Uint8Array(await crypto.subtle.sign('HMAC', await this.#key, encoder.encode(text))))
  }
}
