import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Every Markdown file of the project, by its path. */
export const documents: readonly string[] = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '*.md'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')

export const textOf = (document: string): string => readFileSync(join(root, document), 'utf8')

/** A fenced block, and the language that its fence names. */
export interface Fence {
  readonly document: string
  readonly language: string
  readonly code: string
}

export function fencesOf(document: string): Fence[] {
  return Array.from(
    textOf(document).matchAll(/^```(\S*)\n([\s\S]*?)^```$/gm),
    ([, language = '', code = '']): Fence => ({ document, language, code }),
  )
}

/** What is for people to read: without fenced blocks. */
const proseOf = (document: string): string => textOf(document).replaceAll(/^```[\s\S]*?^```$/gm, '')

export interface Heading {
  readonly level: number
  readonly text: string
}

export function headingsOf(document: string): Heading[] {
  return Array.from(
    proseOf(document).matchAll(/^(#+) (.+)$/gm),
    ([, marks = '', text = '']): Heading => ({ level: marks.length, text }),
  )
}

/** The anchors of its headings, as GitHub makes them; a second one of the same words ends in `-1`. */
export function anchorsOf(document: string): ReadonlySet<string> {
  const anchors = new Set<string>()
  for (const { text } of headingsOf(document)) {
    const words = text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const anchor = words.replaceAll(/[^\p{L}\p{N}\p{M}_\- ]/gu, '').replaceAll(' ', '-')
    let unique = anchor
    for (let count = 1; anchors.has(unique); count += 1) unique = `${anchor}-${count}`
    anchors.add(unique)
  }
  return anchors
}

/** Where its links and pictures lead, in its order. */
export function linksOf(document: string): string[] {
  return Array.from(proseOf(document).matchAll(/\]\(([^)\s]+)\)/g), ([, target = '']) => target)
}

/** What it has in backticks, tables that are generated left out. */
export function inlineCodeOf(document: string): ReadonlySet<string> {
  const written = proseOf(document).replaceAll(/<!-- generated: [\s\S]*?<!-- end -->/g, '')
  return new Set(Array.from(written.matchAll(/`([^`]+)`/g), ([, code = '']) => code.replaceAll(/\s+/g, ' ')))
}
