import { type Limits, type Name, SignalingError } from '../../schemas/index.js'

/**
 * Control characters, halves of characters, and what cannot be seen: marks that turn the direction of the text around them, and
 * spaces without width. Not the joiners of emoji and of several scripts, nor the tags that flags are made of.
 */
const unwanted = /[\p{Cc}\p{Cs}\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu
/** Nothing to be seen. */
const blank = /^(?:\s|\u200c|\u200d|[\u{e0000}-\u{e007f}])*$/u

/**
 * A name as the others may see it: NFC, one line, no white space at its ends; undefined when nothing is left.
 *
 * @throws SignalingError `name-invalid`
 */
export function readName(name: Name, limits: Pick<Limits, 'maxNameLength'>): Name | undefined {
  const text = name.replace(/\s+/g, ' ').replace(unwanted, '').normalize('NFC').trim()
  // Measured now, as normalising can make a text longer.
  if (text.length > limits.maxNameLength) throw new SignalingError('name-invalid')
  return blank.test(text) ? undefined : text
}
