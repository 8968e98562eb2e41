import { fieldsOf, isCount } from './json-fields.js'

/**
 * What the two sides of a file's own data channel say in text; the file's bytes go between them as binary messages.
 *
 * ```text
 * sender                                    receiver
 * {"type":"file","name","size","mime"}  →
 *                                       ←   {"type":"accept"} or {"type":"refuse"}
 * binary chunks                         →
 *                                       ←   {"type":"ack","bytes":N}    so many are written, again and again
 * {"type":"end"}                        →
 *                                       ←   {"type":"done"}             the file is whole and the sink closed
 * ```
 *
 * Either side may say `{"type":"cancel"}` at any time. The sender closes the channel when it has heard `done` or `refuse`,
 * whoever cancels closes it at once.
 */
export type FileMessage =
  | { readonly type: 'file'; readonly name: string; readonly size: number; readonly mime: string }
  | { readonly type: 'accept' | 'refuse' | 'end' | 'done' | 'cancel' }
  | { readonly type: 'ack'; readonly bytes: number }

/** How many bytes the sender may have sent that the receiver has not acknowledged. */
export const windowBytes = 4 * 1024 * 1024

/** The fewest bytes of a chunk that is not the last: without it a file of one-byte chunks would cost 100 times its size. */
export const minChunkBytes = 1024

/** The longest text worth reading: an offer whose name and type are as long as they may be, all of it escaped. */
const maxTextLength = 4096

/** Says a message of the protocol, if anybody can still be told. */
export function say(channel: RTCDataChannel, message: FileMessage): void {
  if (channel.readyState !== 'open') return
  try {
    channel.send(JSON.stringify(message))
  } catch {
    // The other side's description permits only shorter messages (RFC 8841, section 6): no file can pass. The listeners of
    // `close` tell it.
    channel.close()
  }
}

/** @returns `undefined` for everything that is not a message of the protocol */
export function decodeFileMessage(data: unknown): FileMessage | undefined {
  const fields = fieldsOf(data, maxTextLength)
  const type = fields?.['type']
  switch (type) {
    case 'file': {
      const { name, size, mime } = fields ?? {}
      if (typeof name !== 'string' || !isCount(size) || typeof mime !== 'string') return undefined
      return { type, name, size, mime }
    }
    case 'ack': {
      const bytes = fields?.['bytes']
      return isCount(bytes) ? { type, bytes } : undefined
    }
    case 'accept':
    case 'refuse':
    case 'end':
    case 'done':
    case 'cancel':
      return { type }
    default:
      return undefined
  }
}
