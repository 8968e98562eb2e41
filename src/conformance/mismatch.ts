/** The server does something else than the protocol says. */
export class Mismatch extends Error {
  override name = 'Mismatch'

  constructor(expected: string, got: string) {
    super(`expected ${expected}, got ${got}`)
  }
}

/** The server does not have what the row is about, and nothing says that it should. */
export class NotThere extends Error {
  override name = 'NotThere'
}

/** Longer ones are cut: they are there to be recognized. */
const maxShown = 300

/** What has come from a stranger, for a terminal: nothing in it moves the cursor, or turns the direction of the text. */
export function printable(text: string): string {
  const escaped = text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return escaped.length > maxShown ? `${escaped.slice(0, maxShown)}…` : escaped
}

/** A value as the sentence about a mismatch shows it. */
export function shown(value: unknown): string {
  return printable(JSON.stringify(value) ?? 'nothing')
}
