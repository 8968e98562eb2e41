/** A property of a JSON object as it is written. */
export interface RawMember {
  /** What a parser reads as its name. */
  readonly name: string
  /** The whole of it, from the quote of the name to the end of the value. */
  readonly text: string
}

/**
 * The properties of a JSON object, in their order, those that come twice twice.
 *
 * @param text  a JSON object that `JSON.parse` takes
 */
export function rawMembers(text: string): RawMember[] {
  const members: RawMember[] = []
  let depth = 0
  let inText = false
  let start = -1
  let nameEnd = -1
  const end = (at: number): void => {
    if (start >= 0)
      members.push({ name: JSON.parse(text.slice(start, nameEnd)), text: text.slice(start, at).trimEnd() })
    start = -1
    nameEnd = -1
  }
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]
    if (inText) {
      if (char === '\\') at += 1
      else if (char === '"') {
        inText = false
        if (nameEnd < 0) nameEnd = at + 1
      }
    } else if (char === '"') {
      inText = true
      if (depth === 1 && start < 0) start = at
    } else if (char === '{' || char === '[') depth += 1
    else if (char === '}' || char === ']') {
      if (depth === 1) end(at)
      depth -= 1
    } else if (char === ',' && depth === 1) end(at)
  }
  return members
}
