import { readFileSync } from 'node:fs'

const { scripts } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>
}

/** What Node is told by `npm start`, and what a process needs besides to say how it is. */
export const serviceNodeOptions: readonly string[] = [
  ...(scripts['start'] ?? '').split(' ').filter((word) => word.startsWith('--')),
  '--disable-warning=ExperimentalWarning',
]
