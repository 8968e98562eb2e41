import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** How long a browser may keep something without asking again. `revalidated`: it asks each time, and is told that nothing has changed. */
export const cacheControl = {
  revalidated: 'no-cache',
  forADay: 'public, max-age=86400',
  // Its address is another one when it changes.
  immutable: 'public, max-age=31536000, immutable',
} as const

/** For what pages of any origin may load; there is no secret in it. */
export const forEverybody = {
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
} as const

const encoders = {
  // Nearly as small as at the highest one, in a tenth of the time.
  br: (body: Buffer) => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (body: Buffer) => promisify(gzip)(body),
}
type Encoding = keyof typeof encoders

/** Something that is served from memory, since it is made when the service starts. */
export class Document {
  /** The same for the same content. */
  readonly hash: string
  readonly #body: Buffer
  readonly #headers: Readonly<Record<string, string>>
  readonly #isText: boolean
  readonly #encoded = new Map<Encoding, Promise<Buffer>>()

  /**
   * @param type     its media type; a text is sent compressed
   * @param headers  further ones
   */
  constructor(
    type: string,
    body: string | Buffer,
    cache: keyof typeof cacheControl,
    headers: Readonly<Record<string, string>> = {},
  ) {
    this.#isText = !type.startsWith('image/png')
    this.#body = Buffer.from(body)
    this.hash = createHash('sha256').update(this.#body).digest('base64url').slice(0, 12)
    this.#headers = {
      'content-type': this.#isText ? `${type}; charset=utf-8` : type,
      'cache-control': cacheControl[cache],
      ...(this.#isText && { vary: 'accept-encoding' }),
      ...headers,
    }
  }

  async send(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const etag = `W/"${this.hash}"`
    reply.headers({ ...this.#headers, etag })
    if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send()
    const encoding = this.#isText ? encodingFor(request.headers['accept-encoding']) : undefined
    if (encoding === undefined) return reply.send(this.#body)
    const encoded = this.#encoded.get(encoding) ?? encoders[encoding](this.#body)
    this.#encoded.set(encoding, encoded)
    return reply.header('content-encoding', encoding).send(await encoded)
  }
}

/** The better one of those that somebody takes (RFC 9110, section 12.5.3). */
function encodingFor(accepted = ''): Encoding | undefined {
  const taken = accepted.split(',').map((part) => part.trim().replace(/\s/g, '').toLowerCase())
  const takes = (name: string) =>
    taken.some((part) => part.startsWith(name) && /^(;q=(1|0?\.\d*[1-9]\d*)[\d.]*)?$/.test(part.slice(name.length)))
  if (takes('br')) return 'br'
  return takes('gzip') ? 'gzip' : undefined
}
