import { type Limits, type Name, SignalingError } from '../../schemas/index.js'

/** Control characters, halves of characters, and the marks that turn the direction of the text around them. */
const unwanted = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/gu

/**
 * A name as the others may see it: NFC, one line, no white space at its ends; undefined when nothing is left.
 *
 * @throws SignalingError `name-invalid`
 */
export function readName(name: Name, limits: Pick<Limits, 'maxNameLength'>): Name | undefined {
  const text = name.replace(/\s+/g, ' ').replace(unwanted, '').normalize('NFC').trim()
  // Measured now, as normalising can make a text longer.
  if (text.length > limits.maxNameLength) throw new SignalingError('name-invalid')
  return text === '' ? undefined : text
}
