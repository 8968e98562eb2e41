import type { PeerId } from '../../schemas/index.js'
import type { Link } from '../rooms/room-store.js'

const quote = 0x22
const comma = 0x2c
const backslash = 0x5c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
const colon = 0x3a

/** Properties of a relayed message that are the server's to write, or meant for the server alone. */
const ownedByServer: ReadonlySet<string> = new Set(['from', 'to'])
/** Likewise of a member that numbers its messages. */
const ownedByServerIfNumbered: ReadonlySet<string> = new Set(['from', 'to', 'n'])

/**
 * Makes the frame that the addressee gets out of the one that came in: `from` is the server's word, `to`
 * is gone, every other byte is as the sender wrote it. The body is never serialised again.
 *
 * @param frame    a JSON object in UTF-8 that `JSON.parse` has accepted
 * @param message  the same, parsed
 * @param isNumbered  whether `n` is the server's, too
 */
export function stamp(frame: Buffer, message: object, from: PeerId, isNumbered = false): Buffer {
  const head = Buffer.from(`{"from":${JSON.stringify(from)},`)
  const owned = isNumbered ? ownedByServerIfNumbered : ownedByServer
  const touched = isNumbered || Object.hasOwn(message, 'from') || Object.hasOwn(message, 'to')
  const body = touched ? membersBut(owned, frame) : [frame.subarray(frame.indexOf(openBrace) + 1)]
  return Buffer.concat([head, ...body])
}

/**
 * Adds to a stamped frame where it stands in the order of what its addressee is told. At its end, as of two properties of one
 * name a JSON parser takes the last: what the sender wrote there is overruled.
 */
export function chain(frame: Buffer, { seq, prev }: Link): Buffer {
  const tail = Buffer.from(`,"seq":${JSON.stringify(seq)},"prev":${JSON.stringify(prev)}}`)
  return Buffer.concat([frame.subarray(0, frame.lastIndexOf(closeBrace)), tail])
}

/** The bytes behind the opening brace, without the members named. */
function membersBut(names: ReadonlySet<string>, frame: Buffer): Buffer[] {
  const kept: Buffer[] = []
  let at = skipSpace(frame, frame.indexOf(openBrace) + 1)
  while (at < frame.length && frame[at] !== closeBrace) {
    const start = at
    const keyEnd = skipString(frame, start)
    at = skipSpace(frame, keyEnd)
    if (frame[at] === colon) at = skipSpace(frame, at + 1)
    at = skipValue(frame, at)
    if (!names.has(keyAt(frame, start, keyEnd))) {
      kept.push(
        kept.length === 0 ? frame.subarray(start, at) : Buffer.concat([Buffer.from(','), frame.subarray(start, at)]),
      )
    }
    at = skipSpace(frame, at)
    if (frame[at] === comma) at = skipSpace(frame, at + 1)
  }
  kept.push(Buffer.from('}'))
  return kept
}

/** A key can be written with escapes (`"\u0074o"` is `to`), so it is read the way the receiver will read it. */
function keyAt(frame: Buffer, start: number, end: number): string {
  const key = frame.toString('utf8', start + 1, end - 1)
  return key.includes('\\') ? String(JSON.parse(`"${key}"`)) : key
}

function skipSpace(frame: Buffer, at: number): number {
  while (frame[at] === 0x20 || frame[at] === 0x0a || frame[at] === 0x0d || frame[at] === 0x09) at += 1
  return at
}

function skipString(frame: Buffer, at: number): number {
  at += 1
  while (at < frame.length && frame[at] !== quote) at += frame[at] === backslash ? 2 : 1
  return at + 1
}

function skipValue(frame: Buffer, at: number): number {
  let depth = 0
  for (; at < frame.length; at += 1) {
    const byte = frame[at]
    if (byte === quote) {
      at = skipString(frame, at) - 1
    } else if (byte === openBrace || byte === openBracket) {
      depth += 1
    } else if (byte === closeBrace || byte === closeBracket) {
      if (depth === 0) return at
      depth -= 1
    } else if (byte === comma && depth === 0) {
      return at
    }
  }
  return at
}
