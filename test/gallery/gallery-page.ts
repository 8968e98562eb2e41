import { type Look, sizes } from './look.js'

/** A picture of a state, in a file beside the page. */
export interface Picture extends Omit<Look, 'state'> {
  readonly file: string
  readonly state: string
  readonly language: string
}

/** How high a picture is shown, in CSS pixels; a click shows it as it is. */
const shownHeight = 260

/** One HTML page with all pictures, by state. Nothing on it comes from anywhere else, and no text from outside of this folder. */
export function pageOf(pictures: readonly Picture[]): string {
  const names = [...new Set(pictures.map(({ state }) => state))]
  const sections = names.map((name) =>
    section(
      name,
      pictures.filter(({ state }) => state === name),
    ),
  )
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The call page in ${names.length} states</title>
<style>
  body { margin: 0; padding: 16px; font: 15px/1.4 system-ui, sans-serif; background: #ddd; color: #111 }
  nav { display: flex; flex-wrap: wrap; gap: 4px 14px; margin-block-end: 20px }
  h2 { margin: 28px 0 8px; font-size: 18px }
  .pictures { display: flex; flex-wrap: wrap; gap: 10px }
  figure { margin: 0 }
  img { display: block; border: 1px solid #888; border-radius: 6px }
  figcaption { font-size: 12px }
</style>
<h1>The call page in ${names.length} states</h1>
<nav>${names.map((name) => `<a href="#${name}">${name}</a>`).join('\n')}</nav>
${sections.join('\n')}
</html>
`
}

function section(name: string, pictures: readonly Picture[]): string {
  return `<h2 id="${name}">${name}</h2>\n<div class="pictures">${pictures.map(figure).join('\n')}</div>`
}

function figure({ file, state, size, theme, language }: Picture): string {
  const { width, height } = sizes[size]
  const shownWidth = Math.round((width / height) * shownHeight)
  const caption = `${size}, ${theme}, ${language}`
  return `<figure><a href="${file}"><img src="${file}" alt="${state}: ${caption}" width="${shownWidth}" height="${shownHeight}" loading="lazy"></a><figcaption>${caption}</figcaption></figure>`
}
