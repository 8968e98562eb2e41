import type { Texts } from './texts.js'

/** What was written while nobody looked at the chat. */
export interface WrittenMessage {
  readonly name: string | undefined
  readonly text: string
}

/** More would be a speech and not an announcement. */
const maxExcerpt = 120

/** What is to be said of new messages: who wrote what, or, of several, how many there are. */
export function newsOf(messages: readonly WrittenMessage[], texts: Texts): string {
  const [first] = messages
  if (first === undefined) return ''
  if (messages.length > 1) return texts.newMessages(String(messages.length))
  const signs = Array.from(first.text.replace(/\s+/g, ' '))
  const excerpt = signs.length > maxExcerpt ? `${signs.slice(0, maxExcerpt).join('')}…` : signs.join('')
  return `${texts.writes(first.name)} ${excerpt}`
}
