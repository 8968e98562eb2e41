// 32 signs, so a byte's five low bits choose one without bias. Without l, o, 0 and 1: the id may be read out loud.
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789'
const groups = 4
const groupLength = 4

/**
 * Makes a room id that nobody guesses: 16 signs of 32, 80 bits, in four groups, like `k7qm-3xva-9tjd-w2he`.
 *
 * @param random  fills the array with random bytes; for tests
 */
export function newRoomId(
  random: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => crypto.getRandomValues(bytes),
): string {
  const signs = Array.from(random(new Uint8Array(groups * groupLength)), (byte) => alphabet.charAt(byte & 31))
  return Array.from({ length: groups }, (_, group) =>
    signs.slice(group * groupLength, (group + 1) * groupLength).join(''),
  ).join('-')
}

/**
 * The room that a page address names in its fragment: `#room=1001`, or plainly `#1001`.
 *
 * @param hash  with or without its `#`
 * @returns     the room, trimmed; '' where there is none
 */
export function roomOfFragment(hash: string): string {
  const fragment = hash.replace(/^#/, '')
  const named = new URLSearchParams(fragment).get('room')
  if (named !== null) return named.trim()
  // Another parameter is not a room.
  if (fragment.includes('=')) return ''
  try {
    return decodeURIComponent(fragment).trim()
  } catch {
    // A stray % : then it is what it looks like.
    return fragment.trim()
  }
}

/** The room token that a page address carries in its fragment, `#room=1001&token=…`; undefined where there is none. */
export function tokenOfFragment(hash: string): string | undefined {
  return new URLSearchParams(hash.replace(/^#/, '')).get('token')?.trim() || undefined
}

/** What else a page address can say of the person in its fragment, `&name=Ada&lang=zh-CN`; undefined where it does not. */
export function personOfFragment(hash: string): {
  readonly name: string | undefined
  readonly lang: string | undefined
} {
  const fields = new URLSearchParams(hash.replace(/^#/, ''))
  return { name: fields.get('name')?.trim() || undefined, lang: fields.get('lang') ?? undefined }
}

/** The fragment that names a room, and lets one in, with its `#`. A fragment is not sent to any server. */
export function fragmentOf(room: string, token?: string): string {
  return `#${new URLSearchParams({ room, ...(token !== undefined && { token }) })}`
}

/**
 * The link that leads somebody else into the room.
 *
 * @param page  the address of this page
 */
export function inviteLink(room: string, page: string, token?: string): string {
  const link = new URL(page)
  link.hash = fragmentOf(room, token)
  return link.href
}
