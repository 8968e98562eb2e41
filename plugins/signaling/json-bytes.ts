/** The bytes that stand between and around values of JSON, or begin one (RFC 8259). */
export const bytes = {
  quote: 0x22,
  comma: 0x2c,
  colon: 0x3a,
  openBracket: 0x5b,
  closeBracket: 0x5d,
  openBrace: 0x7b,
  closeBrace: 0x7d,
} as const
const { quote, comma, colon, openBracket, closeBracket, openBrace, closeBrace } = bytes
const plus = 0x2b
const minus = 0x2d
const dot = 0x2e
const zero = 0x30
const nine = 0x39
const backslash = 0x5c
const letter = { e: 0x65, bigE: 0x45, f: 0x66, n: 0x6e, t: 0x74, u: 0x75 } as const

/** It is not well-formed, has white space in it, or goes too deep. */
export const nothing = -1

export function wordsOf(texts: readonly string[]): readonly Buffer[] {
  return texts.map((text) => Buffer.from(text))
}

/** @returns which of the words stands there; -1: none */
export function wordAt(frame: Buffer, start: number, end: number, words: readonly Buffer[]): number {
  next: for (let k = 0; k < words.length; k += 1) {
    const word = words[k]
    if (word === undefined || word.length !== end - start) continue
    for (let j = 0; j < word.length; j += 1) if (word[j] !== frame[start + j]) continue next
    return k
  }
  return -1
}

/** The bytes that can stand in a string by themselves. */
const isByItself = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte >= 0x20 && byte !== quote && byte !== backslash),
)
/** Those that can stand behind a backslash by themselves. */
const isEscape = Uint8Array.from({ length: 256 }, (_, byte) => Number('"\\/bfnrt'.includes(String.fromCharCode(byte))))
const isHex = Uint8Array.from({ length: 256 }, (_, byte) => Number(/[\da-f]/i.test(String.fromCharCode(byte))))

/** @returns the first byte from there on that ends a string, or is none of its own */
export function skipPlain(frame: Buffer, at: number): number {
  while (at < frame.length && isByItself[frame[at] ?? 0] === 1) at += 1
  return at
}

/** Where a string is longer a native search is the shorter way to its end. */
const shortString = 12

/**
 * @param at       behind its first quote
 * @param isPlain  whether the next quote is its end, whatever is before it
 */
function skipString(frame: Buffer, at: number, isPlain: boolean): number {
  const { length } = frame
  if (isPlain) {
    for (const near = Math.min(length, at + shortString); at < near; at += 1) if (frame[at] === quote) return at + 1
    const end = frame.indexOf(quote, at)
    return end === -1 ? nothing : end + 1
  }
  if (length - at > longString) return skipLongString(frame, at)
  while (at < length) {
    const byte = frame[at] ?? 0
    at += 1
    if (isByItself[byte] === 1) continue
    if (byte === quote) return at
    at = byte === backslash ? skipEscape(frame, at) : nothing
    if (at === nothing) return nothing
  }
  return nothing
}

/** @param at  behind the backslash */
function skipEscape(frame: Buffer, at: number): number {
  const { length } = frame
  if (at === length) return nothing
  const escaped = frame[at] ?? 0
  at += 1
  if (isEscape[escaped] === 1) return at
  if (escaped !== letter.u || at + 4 > length) return nothing
  for (const end = at + 4; at < end; at += 1) if (isHex[frame[at] ?? 0] !== 1) return nothing
  return at
}

/** Where more than this is to come four bytes are looked at at a time: half of what an SDP of 3 KB takes, byte by byte. */
const longString = 256

function skipLongString(frame: Buffer, at: number): number {
  const { length, byteOffset } = frame
  const words = new Int32Array(frame.buffer, 0, frame.buffer.byteLength >> 2)
  const last = (byteOffset + length) >> 2
  while (at < length) {
    const byte = frame[at] ?? 0
    at += 1
    if (isByItself[byte] === 1) {
      if (((byteOffset + at) & 3) !== 0) continue
      let k = (byteOffset + at) >> 2
      for (; k < last; k += 1) {
        const word = words[k] ?? 0
        const unlikeQuote = word ^ 0x22222222
        const unlikeBackslash = word ^ 0x5c5c5c5c
        // The top bit of a byte is set in one of these if it is below 0x20, a quote or a backslash.
        const odd =
          ((word - 0x20202020) & ~word) |
          ((unlikeQuote - 0x01010101) & ~unlikeQuote) |
          ((unlikeBackslash - 0x01010101) & ~unlikeBackslash)
        if ((odd & topBits) !== 0) break
      }
      at = (k << 2) - byteOffset
      continue
    }
    if (byte === quote) return at
    at = byte === backslash ? skipEscape(frame, at) : nothing
    if (at === nothing) return nothing
  }
  return nothing
}

const topBits = 0x80808080 | 0

/**
 * Finds the end of a value that has no white space between its tokens.
 *
 * @param depth    how many levels of objects and lists there may be in it, itself included
 * @param isPlain  whether there are no escapes in it, nor anything that needs one in a string, but for quotes: 0.5 µs less for a
 *                 candidate
 * @returns        behind it, or `nothing`
 */
export function skipValue(frame: Buffer, at: number, depth: number, isPlain: boolean): number {
  switch (frame[at]) {
    case quote:
      return skipString(frame, at + 1, isPlain)
    case openBrace:
      return depth === 0 ? nothing : skipObject(frame, at, depth - 1, isPlain)
    case openBracket:
      return depth === 0 ? nothing : skipArray(frame, at, depth - 1, isPlain)
    case letter.t:
    case letter.n:
      return wordAt(frame, at, at + 4, literals) === -1 ? nothing : at + 4
    case letter.f:
      return wordAt(frame, at, at + 5, literals) === -1 ? nothing : at + 5
    default:
      return skipNumber(frame, at)
  }
}

const literals = wordsOf(['true', 'false', 'null'])

function skipObject(frame: Buffer, at: number, depth: number, isPlain: boolean): number {
  if (frame[at + 1] === closeBrace) return at + 2
  for (;;) {
    if (frame[at + 1] !== quote) return nothing
    const keyEnd = skipString(frame, at + 2, isPlain)
    if (keyEnd === nothing || frame[keyEnd] !== colon) return nothing
    at = skipValue(frame, keyEnd + 1, depth, isPlain)
    if (at === nothing) return nothing
    if (frame[at] === closeBrace) return at + 1
    if (frame[at] !== comma) return nothing
  }
}

function skipArray(frame: Buffer, at: number, depth: number, isPlain: boolean): number {
  if (frame[at + 1] === closeBracket) return at + 2
  for (;;) {
    at = skipValue(frame, at + 1, depth, isPlain)
    if (at === nothing) return nothing
    if (frame[at] === closeBracket) return at + 1
    if (frame[at] !== comma) return nothing
  }
}

function skipNumber(frame: Buffer, at: number): number {
  if (frame[at] === minus) at += 1
  const end = skipDigits(frame, at)
  if (end === at || (frame[at] === zero && end > at + 1)) return nothing
  at = end
  if (frame[at] === dot) {
    at = skipDigits(frame, at + 1)
    if (at === end + 1) return nothing
  }
  if (frame[at] === letter.e || frame[at] === letter.bigE) {
    const sign = frame[at + 1]
    const power = sign === minus || sign === plus ? at + 2 : at + 1
    at = skipDigits(frame, power)
    if (at === power) return nothing
  }
  return at
}

export function skipDigits(frame: Buffer, at: number): number {
  for (let byte = frame[at] ?? 0; byte >= zero && byte <= nine; byte = frame[at] ?? 0) at += 1
  return at
}

/** @returns the number that they make; at most fifteen of them, so that it is exact */
export function readDigits(frame: Buffer, start: number, end: number): number {
  let value = 0
  for (let at = start; at < end; at += 1) value = value * 10 + (frame[at] ?? zero) - zero
  return value
}
