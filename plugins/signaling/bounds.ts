/** Several times what any client needs. */
export const maxFields = 32
/** How many levels of objects and lists, the message itself included. */
export const maxDepth = 16

/**
 * What is wrong with the form of a message, whatever it says.
 *
 * @param isRelayed  whether others get it as it is: they parse it, too, and not each of their parsers stands brackets by the
 *                   ten thousand as ours does. What stays here is checked by field
 * @returns          a few words; undefined when all is well
 */
export function faultOfForm(message: object, isRelayed: boolean): string | undefined {
  if (Object.keys(message).length > maxFields) return `more than ${maxFields} fields`
  if (isRelayed && !isWithinDepth(message, maxDepth)) return `more than ${maxDepth} levels deep`
  return undefined
}

/** Goes no deeper than the bound itself. By its keys, as a list of its values is 0.3 µs more for a candidate. */
function isWithinDepth(value: object, depth: number): boolean {
  if (depth === 0) return false
  for (const key in value) {
    const inner: unknown = Reflect.get(value, key)
    if (typeof inner === 'object' && inner !== null && !isWithinDepth(inner, depth - 1)) return false
  }
  return true
}
