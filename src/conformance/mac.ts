import { createHmac } from 'node:crypto'

/** What proves that a seat is one's own (docs/protocol.md, Resume). */
export function macOf(key: string, ...lines: readonly (string | number)[]): string {
  return createHmac('sha256', key).update(lines.join('\n')).digest('base64url')
}
