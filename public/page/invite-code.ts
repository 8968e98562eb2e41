import { generate } from 'lean-qr'

/** How many modules stay white around a code (ISO/IEC 18004, section 9.1). */
const quietModules = 4

/** Draws a text as a QR code, dark on white as readers want it in every theme; hides it where there is none, or too much of it. */
export function drawCode(drawing: SVGSVGElement, text: string): void {
  const code = text === '' ? undefined : codeOf(text)
  drawing.toggleAttribute('hidden', code === undefined)
  if (code === undefined) return
  const size = code.size + 2 * quietModules
  drawing.setAttribute('viewBox', `${-quietModules} ${-quietModules} ${size} ${size}`)
  drawing.querySelector('path')?.setAttribute('d', outlineOf(code))
}

function codeOf(text: string): ReturnType<typeof generate> | undefined {
  try {
    return generate(text)
  } catch {
    // More than the largest code holds: the link is still there to be copied.
    return undefined
  }
}

/** Each run of dark modules in a row as one rectangle. */
function outlineOf({ size, get }: ReturnType<typeof generate>): string {
  const parts: string[] = []
  for (let row = 0; row < size; row += 1) {
    for (let from = 0; from < size; from += 1) {
      let to = from
      while (to < size && get(to, row)) to += 1
      if (to > from) parts.push(`M${from} ${row}h${to - from}v1h${from - to}z`)
      from = to
    }
  }
  return parts.join('')
}
