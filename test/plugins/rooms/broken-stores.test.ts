import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import t from 'tap'
import type { Clock } from '../../../plugins/rooms/clock.js'
import type { MemoryRoomStore } from '../../../plugins/rooms/memory-room-store.js'
import type { RoomStore } from '../../../plugins/rooms/room-store.js'
import type { PeerId } from '../../../schemas/index.js'
import type { Pause } from '../../contract/delayed-store.js'
import { makeMemoryStore } from '../../contract/memory-store.js'
import { concurrentHistories, resumeHistories } from '../../contract/resume-histories.js'

/** What is seen of an entry that did not come: by the chain itself, or by what is known at rest. */
const loss =
  /after \d+, not \d+|parcel \d+ of|of \d+ came|a member is missing|stranger|exactly one initiator|to be away|^called /

/** What is taken out of the store, and by what it must be missed. */
const breakages: readonly (readonly [what: string, file: string, code: string, instead: string, by: RegExp])[] = [
  ['the capacity is off by one', 'memory-room', 'given >= capacity', 'given > capacity', /^4 seats of 3$/],
  [
    'nobody ever expires',
    'memory-seat',
    "() => this.leave('expired')",
    '() => {}',
    /^(resumed|given up), after the window$/,
  ],
  [
    'the old socket is not fenced',
    'memory-room',
    'return this.#seats.get(seat.peerId) === seat;',
    'return this.#seats.has(seat.peerId);',
    // Two have the seat, and either can lose it for both.
    new RegExp(`${loss.source}|of nobody|more members than places|, within the window$|older attempt`),
  ],
  [
    'attempts are not compared',
    'memory-room',
    'if (attempt <= tether.attempt)',
    'if (false)',
    /^an older attempt (was taken|has cost)|^a recorded resume was taken/,
  ],
  [
    'what is said again is taken again',
    'memory-seat',
    'return n !== undefined && n <= this.received;',
    'return false;',
    /^operation \d+ after \d+$/,
  ],
  [
    'what comes while nobody hears is not kept',
    'memory-seat',
    'const link = tether.log.append(',
    'if (tether.absence !== undefined) return; const link = tether.log.append(',
    loss,
  ],
  ['a replay begins one too late', 'replay-log', 'if (prev >= n)', 'if (prev > n)', loss],
  [
    'what a replay says is of the message before',
    'replay-log',
    'this.#frames.read(offset, length)',
    'this.#frames.read(0, length)',
    loss,
  ],
  [
    'both of a pair are initiators',
    'memory-room',
    "this.tellOthers(seat, { kind: 'peer-joined', peer: seat.member })",
    "this.tellOthers(seat, { kind: 'peer-present', peer: seat.member })",
    /^not exactly one initiator$/,
  ],
  [
    'after a resync both are initiators',
    'memory-room',
    'isInitiator: index < place',
    'isInitiator: true',
    /^not exactly one initiator$/,
  ],
  [
    'after a resync the last one is not known',
    'memory-room',
    '.filter((_other, index) => index !== place)',
    '.filter((_other, index) => index !== place && index < 2)',
    /^a member is missing|stranger|^parcel/,
  ],
  [
    'nobody is told of another name',
    'memory-seat',
    "this.#room.tellOthers(this, { kind: 'peer-updated', peer: this.#member });",
    '',
    /^called (undefined|\d+) and not \d+$/,
  ],
  [
    'nobody is told who is back',
    'memory-room',
    "this.tellOthers(seat, { kind: 'peer-back', peerId })",
    '{}',
    /^somebody who is there is said to be away$/,
  ],
]

t.test('the histories find what is broken, one thing after the other and all at once', async (t) => {
  const rooms = fileURLToPath(new URL('../../../plugins/rooms', import.meta.url))
  for (const [what, file, code, instead, by] of breakages) {
    const folder = mkdtempSync(join(tmpdir(), 'signalbox-broken-store-'))
    t.teardown(() => rmSync(folder, { recursive: true }))
    cpSync(rooms, folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    const path = join(folder, `${file}.js`)
    const text = readFileSync(path, 'utf8')
    t.equal(text.split(code).length, 2, `${code} is there to be broken`)
    writeFileSync(path, text.replace(code, instead))
    const broken: { MemoryRoomStore: typeof MemoryRoomStore } = await import(
      pathToFileURL(join(folder, 'memory-room-store.js')).href
    )
    const make = (clock: Clock): MemoryRoomStore => makeMemoryStore({ clock }, broken.MemoryRoomStore)
    await t.rejects(resumeHistories(make, 3000), { cause: { message: by } }, what)
    await t.rejects(concurrentHistories(make, 3000), { cause: { message: by } }, `${what}, all at once`)
  }
})

/** Stores that look first and act later, each in another thing, and by what that must be found. */
const hasty: readonly (readonly [what: string, make: (clock: Clock, pause: Pause) => RoomStore, by: RegExp])[] = [
  [
    'how many there are',
    (clock, pause) => {
      const store = makeMemoryStore({ clock })
      return withOther(store, {
        join: async (roomId, request, sink) => {
          const isFull = request.replaces === undefined && store.size.seats >= request.capacity
          await pause()
          return isFull ? 'full' : store.join(roomId, { ...request, capacity: 16 }, sink)
        },
      })
    },
    /^[45] seats of 3$|^more members than places$/,
  ],
  [
    'which attempt is the newest',
    (clock, pause) => {
      const store = makeMemoryStore({ clock })
      const newest = new Map<PeerId, number>()
      const arrived = new Map<PeerId, number>()
      return withOther(store, {
        resume: async (roomId, request, sink) => {
          const { peerId } = request
          if (request.attempt <= (newest.get(peerId) ?? 0)) return 'stale'
          newest.set(peerId, request.attempt)
          await pause()
          const attempt = (arrived.get(peerId) ?? 0) + 1
          arrived.set(peerId, attempt)
          return store.resume(roomId, { ...request, attempt }, sink)
        },
      })
    },
    /older attempt/,
  ],
  [
    'whether somebody is still away',
    (clock, pause) => {
      const after: Clock['after'] = (delayMs, action) => clock.after(delayMs, () => void pause().then(action))
      return makeMemoryStore({ clock: { now: () => clock.now(), after, every: () => () => {} } })
    },
    /, after the window$|to be away$|peer-away of a stranger|^something is left$/,
  ],
]

t.test('stores that look first and act later are found out by what happens between', async (t) => {
  for (const [what, make, by] of hasty)
    await t.rejects(concurrentHistories(make, 3000), { cause: { message: by } }, what)
})

function withOther(store: RoomStore, other: Partial<RoomStore>): RoomStore {
  return new Proxy(store, {
    get(target, key) {
      const value: unknown = Reflect.get(Reflect.has(other, key) ? other : target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
