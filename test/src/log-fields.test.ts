import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { logFields } from '../../schemas/index.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const sources = ['plugins', 'src']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  )
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(root, file), 'utf8'))

/** The names in an object as it stands in the code, without those of objects within. */
function namesIn(literal: string): string[] {
  const flat = literal.slice(1, -1).replace(/\([^()]*(?:\([^()]*\)[^()]*)*\)|\{[^{}]*\}/g, '')
  return flat
    .split(',')
    .map((part) => /^\s*(\w+)/.exec(part)?.[1] ?? '')
    .filter((name) => name !== '')
}

// What is put into a line from elsewhere the audit of the log sees as it comes.
t.test('what the code logs is in the list, and in the documentation', async (t) => {
  const literals = sources.flatMap((text) =>
    Array.from(
      text.matchAll(/\blog\.(?:trace|debug|info|warn|error|fatal)\(\s*(\{[^\n]*?\})\s*,\s*'/gi),
      ([, literal]) => literal,
    ),
  )
  const logged = new Set(literals.flatMap((literal = '{}') => namesIn(literal)))
  t.ok(logged.size > 20, [...logged].join())
  for (const name of logged) t.ok(Object.hasOwn(logFields, name), name)
  const text = sources.join('\n')
  for (const name of Object.keys(logFields)) {
    const isPinos = ['level', 'time', 'pid', 'hostname', 'msg', 'reqId'].includes(name)
    t.ok(isPinos || new RegExp(`\\b${name}\\b`).test(text), `${name} is said somewhere`)
  }
})
