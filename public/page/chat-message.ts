/** The longest message that one can write, in UTF-16 code units; however it is written in JSON, it is below what the SDK can send. */
export const maxChatLength = 4000

/** What the page sends with `call.send` when somebody writes. */
export interface ChatMessage {
  readonly type: 'chat'
  readonly text: string
}

/**
 * What is written in a message of another client: anything can come, and what is not of the page's form is none of its business.
 *
 * @returns undefined for what is no `ChatMessage`, is longer than the page itself would send, or shows nothing
 */
export function textOfMessage(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null || !('type' in data) || !('text' in data)) return undefined
  const { type, text } = data
  if (type !== 'chat' || typeof text !== 'string' || text.length > maxChatLength) return undefined
  return tidy(text) || undefined
}

/** A text without what cannot be seen at its ends, and without control characters but line breaks and tabs; '' if nothing is left to see. */
export function tidy(text: string): string {
  const shown = text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .replace(/^(?:[^\S\n]*\n)+|\s+$/g, '')
  return /[^\s\p{Cf}\p{Default_Ignorable_Code_Point}]/u.test(shown) ? shown : ''
}
