import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { ownBuild } from '../program.js'

const scriptFolder = 'plugins/rooms/redis/script'

/** What a later version may do with what is in the store: all that docs/scaling.md allows it. */
const additions: readonly (readonly [code: string, instead: string])[] = [
  // Seats and rooms have something more,
  ['isHeard = true }\n  renew', 'isHeard = true, added = { 1 } }\n  renew'],
  ['order = 0, lost = 0 }', "order = 0, lost = 0, added = 'more' }"],
  // and so has what is said of them,
  ["room.capacity, read('m' .. peer), identity.json }", "room.capacity, read('m' .. peer), identity.json, 'more' }"],
  // and each record;
  ["'p', chain)", "'p', chain, 'added', '1')"],
  // of what is told there is more, before what is known and behind it,
  [
    "'[' .. entry(kind, rest) .. ']'",
    "'[' .. entry('added', '') .. ',' .. entry(kind, rest) .. ',' .. entry('added', '') .. ']'",
  ],
  // there are records of another kind,
  ['local function tellEntry(to, kind, rest) ', "local function tellEntry(to, kind, rest) tell(to, 'added', 'more') "],
  // and other news.
  [
    'local function notice(node, what, peer, attempt)\n',
    "local function notice(node, what, peer, attempt)\n  redis.call('PUBLISH', RULES.channel .. node, '! added ' .. peer .. ':1\\n' .. R .. '\\n')\n  redis.call('PUBLISH', RULES.channel .. node, '+')\n",
  ],
]

/** This service as a later version of it may be. @returns the folder that it is built into */
export function buildLater(t: Pick<Test, 'teardown'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'later-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const build = join(folder, 'dist')
  for (const part of ['src', 'plugins', 'schemas']) cpSync(join(ownBuild, part), join(build, part), { recursive: true })
  for (const part of ['package.json', 'node_modules']) symlinkSync(join(ownBuild, '..', part), join(folder, part))
  const files = readdirSync(join(build, scriptFolder)).map((name) => join(build, scriptFolder, name))
  for (const addition of additions) {
    if (files.filter((file) => change(file, addition)).length === 0)
      throw new Error(`not in the script: ${addition[0]}`)
  }
  return build
}

/** @returns whether there was something to change */
function change(file: string, [code, instead]: readonly [string, string]): boolean {
  const script = readFileSync(file, 'utf8')
  writeFileSync(
    file,
    script.replaceAll(code, () => instead),
  )
  return script.includes(code)
}
