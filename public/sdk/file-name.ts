const maxLength = 255

/**
 * Makes a file name out of what a peer says is one.
 *
 * Taken out are path separators; control characters; the marks that turn the direction of writing, with which
 * `exe.fdp` is made to read `pdf.exe` (Unicode TR 36, section 2.5); and halves of surrogate pairs.
 *
 * @returns at most 255 UTF-16 code units; `file` where nothing, or nothing but dots, would be left
 */
export function safeFileName(name: string): string {
  const cleaned = name
    .slice(0, 4 * maxLength)
    .replace(/[/\\\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '')
    .slice(0, maxLength)
    .replace(/\p{Cs}/gu, '')
    .trim()
  return /^\.*$/.test(cleaned) ? 'file' : cleaned
}
