/** A piece of a text; with `href` it is a link. */
export interface TextPart {
  readonly text: string
  readonly href?: string
}

const schemes = /https?:\/\//gi
/** What comes before a scheme where it is the end of a longer word, such as `xhttp://`. */
const wordSign = /[a-z\d+.-]/i
/** What ends a link wherever it stands: space, what cannot be seen, quotes, and punctuation that is not of the Web's alphabet. */
const ending =
  /[\s\p{Cc}\p{Cf}<>"`“”‘’„‚«»‹›…\u3001-\u3003\u3008-\u3011\u3014-\u301f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]/u
/** Signs of scripts that put no space between a link and the next word. */
const unspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u
/** What rather belongs to the sentence when it is the last. */
const punctuation = /[.,;:!?'*]/
const openingOf: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

/**
 * Takes a text apart into links (`http` and `https` only) and what is between them; put together again it is the same text.
 *
 * A link ends before white space, quotes, `<`, `>` and Chinese or Japanese punctuation; punctuation at its end is not of it, nor a
 * bracket that was opened before it. A Chinese, Japanese or Korean sign ends it, too, but where it is in a name of a host: addresses
 * are copied with such signs encoded, and sentences go on without a space. One with a user name in it is no link, as it looks like
 * the address of another host.
 */
export function partsOf(text: string): TextPart[] {
  const parts: TextPart[] = []
  let done = 0
  for (const { index, 0: scheme } of text.matchAll(schemes)) {
    if (index < done || wordSign.test(text.charAt(index - 1))) continue
    const link = trimmed(text.slice(index, endOf(text, index + scheme.length)))
    const href = hrefOf(link)
    if (href === undefined) continue
    if (index > done) parts.push({ text: text.slice(done, index) })
    parts.push({ text: link, href })
    done = index + link.length
  }
  if (done < text.length) parts.push({ text: text.slice(done) })
  return parts
}

/** Where the link ends at the latest whose host begins at `from`. */
function endOf(text: string, from: number): number {
  let at = from
  let isInHost = true
  let previous = '.'
  for (const sign of text.slice(from)) {
    if (ending.test(sign)) break
    if (/[/?#]/.test(sign)) isInHost = false
    const isInName = isInHost && (previous === '.' || unspaced.test(previous))
    if (unspaced.test(sign) && !isInName) break
    previous = sign
    at += sign.length
  }
  return at
}

function trimmed(link: string): string {
  let rest = link
  for (;;) {
    const last = rest.charAt(rest.length - 1)
    const opening = openingOf[last]
    const isOdd = opening !== undefined && rest.split(last).length > rest.split(opening).length
    if (!isOdd && !punctuation.test(last)) return rest
    rest = rest.slice(0, -1)
  }
}

function hrefOf(link: string): string | undefined {
  try {
    const { protocol, hostname, username, password, href } = new URL(link)
    const isPlain = (protocol === 'http:' || protocol === 'https:') && hostname !== '' && username + password === ''
    return isPlain ? href : undefined
  } catch {
    // It only looked like one.
    return undefined
  }
}
