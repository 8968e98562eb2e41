import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import t from 'tap'
import type { Clock } from '../../../plugins/rooms/clock.js'
import type { MemoryRoomStore } from '../../../plugins/rooms/memory-room-store.js'
import { makeMemoryStore } from '../../contract/memory-store.js'
import { concurrentHistories, resumeHistories } from '../../contract/resume-histories.js'

/** What is taken out of the store, and must be missed. */
const breakages: readonly (readonly [what: string, file: string, code: string, instead: string])[] = [
  ['the capacity is off by one', 'memory-room', 'if (free <= 0 ', 'if (free < 0 '],
  ['nobody ever expires', 'memory-room', "() => this.leave('expired')", '() => {}'],
  [
    'the old socket is not fenced',
    'memory-room',
    'return this.#seats.get(seat.peerId) === seat;',
    'return this.#seats.has(seat.peerId);',
  ],
  ['attempts are not compared', 'memory-room', 'if (attempt <= tether.attempt)', 'if (false)'],
  [
    'what is said again is taken again',
    'memory-room',
    'return n !== undefined && n <= this.received;',
    'return false;',
  ],
  [
    'what comes while nobody hears is not kept',
    'memory-room',
    'const link = tether.log.append(',
    'if (tether.absence !== undefined) return; const link = tether.log.append(',
  ],
  [
    'a replay begins one too late',
    'replay-log',
    'this.#kept.slice(n - this.#first)',
    'this.#kept.slice(n - this.#first + 1)',
  ],
  [
    'both of a pair are initiators',
    'memory-room',
    "this.tellOthers(seat, { kind: 'peer-joined', peer: seat.member })",
    "this.tellOthers(seat, { kind: 'peer-present', peer: seat.member })",
  ],
]

t.test('thousands of random histories of members who come back', async (t) => {
  const seen = await resumeHistories((clock) => makeMemoryStore({ clock }), 2000)
  t.ok(seen.taken > 1000 && seen.resumed > 1000 && seen.expired > 100, JSON.stringify(seen))
})

t.test('the same with everything under way at once', async (t) => {
  const seen = await concurrentHistories((clock) => makeMemoryStore({ clock }), 600)
  t.ok(seen.taken > 100 && seen.resumed > 200, JSON.stringify(seen))
})

t.test('a store that looks first and acts later is found out by that', async (t) => {
  const found = await concurrentHistories((clock, pause) => {
    const store = makeMemoryStore({ clock })
    const join: MemoryRoomStore['join'] = async (roomId, request, sink) => {
      const isFull = request.replaces === undefined && store.size.seats >= (request.capacity ?? 2)
      await pause()
      return isFull ? 'full' : store.join(roomId, { ...request, capacity: 16 }, sink)
    }
    return new Proxy(store, {
      get(target, key) {
        if (key === 'join') return join
        const value: unknown = Reflect.get(target, key, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }, 1000).catch((error: unknown) => error)
  t.match(found instanceof Error && found.cause, { message: /[45] seats of 3|more members than places/ })
})

t.test('a log that is too small for some is a stated resync, and never a silent gap', async (t) => {
  const replay = { maxMessages: 3, maxBytes: 1_048_576, maxAgeMs: 55_000 }
  const seen = await resumeHistories((clock) => makeMemoryStore({ clock, replay }), 600)
  t.ok(seen.resyncs > 50, JSON.stringify(seen))
})

t.test('the same histories find what is broken', async (t) => {
  const rooms = fileURLToPath(new URL('../../../plugins/rooms', import.meta.url))
  for (const [what, file, code, instead] of breakages) {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-broken-store-'))
    cpSync(rooms, folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    const path = join(folder, `${file}.js`)
    const text = readFileSync(path, 'utf8')
    t.ok(text.includes(code), `${code} is there to be broken`)
    writeFileSync(path, text.replace(code, instead))
    const broken: { MemoryRoomStore: typeof MemoryRoomStore } = await import(
      pathToFileURL(join(folder, 'memory-room-store.js')).href
    )
    const make = (clock: Clock): MemoryRoomStore =>
      new broken.MemoryRoomStore({
        resumeWindowMs: 30_000,
        awayAfterMs: 3000,
        reloadWindowMs: 5000,
        replay: { maxMessages: 2048, maxBytes: 1_048_576, maxAgeMs: 55_000 },
        clock,
      })
    await t.rejects(resumeHistories(make, 3000), what)
  }
})
