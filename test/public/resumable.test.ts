import fc from 'fast-check'
import t from 'tap'
import { ResumeKeys } from '../../plugins/signaling/resume-keys.js'
import { ReloadRecord } from '../../public/sdk/reload-record.js'
import { ResumableSeat } from '../../public/sdk/resumable-seat.js'
import { retryMsOf } from '../../public/sdk/retry-hint.js'
import { type Orphan, Reunions } from '../../public/sdk/reunions.js'
import { besideUrl } from '../../public/sdk/web-socket-url.js'
import type { ClientMessage, Joined, Ready } from '../../schemas/index.js'

const keys = new ResumeKeys({ keySecrets: [Buffer.alloc(32, 7)], mayLackSecrets: false })
const roomId = 'Ünïcode room'
const joined: Joined = {
  type: 'joined',
  roomId,
  peers: 0,
  peerId: 'p',
  members: [],
  capacity: 2,
  session: { key: keys.keyOf(roomId, 'p'), windowMs: 30_000, pingIntervalMs: 15_000, pongTimeoutMs: 9000 },
  seq: 's0',
}

function seatOf(answer: Joined): ResumableSeat {
  const seat = ResumableSeat.of(answer)
  if (seat === undefined) throw new Error('no seat')
  return seat
}

t.test('a seat proves to the service that it is its own', async (t) => {
  const seat = seatOf(joined)
  for (const expected of [1, 2, 3]) {
    const { attempt, seq, mac, peerId, roomId } = await seat.resume()
    t.equal(attempt, expected, 'the attempt grows')
    t.ok(keys.isGenuine('resume', roomId, peerId, [attempt, seq], mac))
  }
  while (seat.farewell === undefined) await new Promise(setImmediate)
  const { leave, replace } = seat.farewell
  t.ok(keys.isGenuine('leave', roomId, leave.peerId, [leave.attempt], leave.mac))
  t.ok(keys.isGenuine('replace', roomId, replace.peerId, [replace.attempt], replace.mac))
  t.ok(replace.attempt > leave.attempt && leave.attempt > 3)
  t.equal(ResumableSeat.of({ ...joined, session: undefined, seq: undefined } as unknown as Joined), undefined)
})

t.test('with a key of no use there is no farewell, and resuming says so', async (t) => {
  const { session, ...rest } = joined
  if (session === undefined) throw new Error('no session')
  const seat = seatOf({ ...rest, session: { ...session, key: '' } })
  await t.rejects(seat.resume())
  t.equal(seat.farewell, undefined)
})

t.test('what has come is a chain, and told now and then', async (t) => {
  const seat = seatOf(joined)
  t.notOk(seat.admit({ seq: 's2', prev: 's1' }), 'something is missing')
  t.equal((await seat.resume()).seq, 's0', 'it asks for that')
  let told = 0
  for (let n = 1; n <= 65; n += 1) {
    t.ok(seat.admit({ seq: `s${n}`, prev: `s${n - 1}` }))
    const acknowledgement = seat.acknowledgement()
    if (acknowledgement === undefined) continue
    told += 1
    t.equal(acknowledgement.seq, `s${n}`)
  }
  t.equal(told, 3)
  t.strictSame(seat.lastAcknowledgement(), { type: 'ack', seq: 's65' }, 'the rest when there is an occasion')
  t.equal(seat.lastAcknowledgement(), undefined)
  t.notOk(seat.admit({ seq: 's65', prev: 's64' }), 'nor does anything come twice')
  seat.skipTo('elsewhere')
  t.ok(seat.admit({ seq: 's99', prev: 'elsewhere' }))
})

t.test('what was sent is kept, in order, until it was taken', async (t) => {
  const leave: ClientMessage = { type: 'leave' }
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant('send' as const), fc.nat(40))), (steps) => {
      const seat = seatOf(joined)
      let [sent, taken] = [0, 0]
      for (const step of steps) {
        if (step === 'send') {
          sent += 1
          if (seat.number(leave).n !== sent) throw new Error('not the next number')
        } else {
          seat.acknowledge(step)
          taken = Math.max(taken, step)
        }
        const kept = seat.unacknowledged.map(({ n }) => n)
        const expected = Array.from({ length: sent }, (_, index) => index + 1).filter(
          (n) => n > taken || kept.includes(n),
        )
        if (kept.some((n, index) => n !== expected[index])) throw new Error(`${kept}`)
      }
    }),
  )
  const seat = seatOf(joined)
  for (let n = 1; n <= 4; n += 1) seat.number(leave)
  seat.acknowledge(2)
  t.strictSame(
    seat.unacknowledged.map(({ n }) => n),
    [3, 4],
  )
})

t.test('when to come back is read from the reason of a close, within bounds', async (t) => {
  t.equal(retryMsOf('{"retryMs":250}'), 250)
  t.equal(retryMsOf('{"retryMs":1e300}'), 60_000)
  for (const reason of ['', 'service restart', '{"retryMs":-1}', '{"retryMs":"1"}', '[1]', '{}'])
    t.equal(retryMsOf(reason), undefined, reason)
})

t.test('where a page leaves is beside the socket', async (t) => {
  for (const [socket, leave] of [
    ['ws://h/ws', 'http://h/leave'],
    ['wss://h:444/', 'https://h:444/leave'],
    ['wss://h/calls/ws?a=1', 'https://h/calls/leave'],
    ['wss://h/calls/', 'https://h/calls/leave'],
    ['wss://h/calls', 'https://h/calls/leave'],
    ['wss://h/news', 'https://h/news/leave'],
  ] as const) {
    t.equal(besideUrl(new URL(socket), 'leave').href, leave)
  }
})

t.test('a reload finds the seat once, and what is no seat is none', async (t) => {
  const values = new Map<string, string>()
  const storage: Storage = {
    get length() {
      return values.size
    },
    clear: () => values.clear(),
    key: () => null,
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  }
  const url = new URL('wss://h/ws')
  const record = new ReloadRecord(storage, url, ' tea ')
  const replace = { peerId: 'p', attempt: 3, mac: 'm' }
  t.equal(record.take(), undefined)
  record.write(replace)
  t.equal(new ReloadRecord(storage, url, 'coffee').take(), undefined, 'of another room')
  t.strictSame(new ReloadRecord(storage, url, 'tea').take(), replace)
  t.equal(record.take(), undefined)
  for (const junk of ['', '{', '[]', '{"peerId":1,"attempt":3,"mac":"m"}', `{"peerId":"${'x'.repeat(2000)}"}`]) {
    record.write(replace)
    for (const key of values.keys()) values.set(key, junk)
    t.equal(record.take(), undefined, junk.slice(0, 40))
    t.equal(values.size, 0)
  }
  const refused = new Proxy(storage, {
    get: () => () => {
      throw new Error('not allowed')
    },
  })
  for (const none of [undefined, refused]) {
    const record = new ReloadRecord(none, url, 'tea')
    record.write(replace)
    t.equal(record.take(), undefined)
  }
})

t.test('who is known from before', async (t) => {
  type Known = { -readonly [Field in keyof Orphan]: Orphan[Field] } & { readonly name: string }
  const orphan = (name: string, more: Partial<Known> = {}): Known => ({
    name,
    isReachable: true,
    memberId: `${name} before`,
    laterId: undefined,
    proof: { show: `me ${name}`, expect: `${name} me` },
    gen: 3,
    ...more,
  })
  const start = (...orphans: Known[]) => {
    const log: string[] = []
    const service = { isServed: true, taken: '' }
    const reunions = new Reunions<Known>({
      orphans: () => orphans,
      isServed: () => service.isServed,
      isTaken: (id) => id === service.taken,
      show: (to, proof) => log.push(`show ${to} ${proof}`),
      reunite: ({ name }, { peerId }) => log.push(`${peerId} is ${name}`),
      admit: ({ peerId }, gen, isOverdue) => log.push(`${peerId} is new, ${gen}${isOverdue ? ', overdue' : ''}`),
    })
    t.teardown(() => reunions.clear())
    return { log, reunions, service }
  }
  const move = (known: Known, peerId: string): void => {
    known.laterId = peerId
  }
  const ready = (peerId: string, isInitiator = true): Ready => ({ type: 'ready', peerId, isInitiator })

  t.test('is who has said so over the connection, and shows what was said there', async (t) => {
    const bo = orphan('Bo')
    const { log, reunions } = start(bo)
    reunions.announce(ready('b2'))
    t.strictSame(log, [])
    move(bo, 'b2')
    reunions.review()
    t.strictSame(log, ['show b2 me Bo'])
    reunions.hear({ type: 'keep', from: 'b2', proof: 'Bo me' })
    t.strictSame(log, ['show b2 me Bo', 'b2 is Bo'])
    reunions.admit('b2')
    t.equal(log.length, 2, 'and it is over')
  })

  t.test('in whatever order it comes', async (t) => {
    const bo = orphan('Bo')
    const { log, reunions } = start(bo)
    move(bo, 'b2')
    reunions.announce(ready('b2', false))
    reunions.hear({ type: 'keep', from: 'b2', proof: 'Bo me' })
    t.strictSame(log, ['show b2 me Bo', 'b2 is Bo'])
    const cy = orphan('Cy')
    const other = start(cy)
    other.reunions.announce(ready('c2'))
    other.reunions.hear({ type: 'keep', from: 'c2', proof: 'Cy me' })
    move(cy, 'c2')
    other.reunions.review()
    t.strictSame(other.log, ['show c2 me Cy', 'c2 is Cy'])
  })

  t.test('is not who says that it is another', async (t) => {
    const [mallory, bo] = [orphan('Mallory'), orphan('Bo')]
    const { log, reunions } = start(mallory, bo)
    // Mallory claims the place of Bo, whose own word has not come yet.
    move(mallory, 'b2')
    reunions.announce(ready('b2'))
    reunions.hear({ type: 'keep', from: 'b2', proof: 'Bo me' })
    t.strictSame(log, ['show b2 me Mallory'], 'Bo knows of no connection with the certificate of Mallory')
    move(bo, 'b2')
    reunions.review()
    t.strictSame(log.splice(1), ['show b2 me Bo', 'b2 is Bo'], 'and is known in spite of it')
    reunions.announce(ready('b2'))
    for (const proof of [undefined, null, 7, '', 'me Mallory', 'Bo Mallory', 'Mallory Bo'])
      reunions.hear({ type: 'keep', from: 'b2', proof })
    reunions.hear({ type: 'keep', from: 'stranger', proof: 'Mallory me' })
    t.notOk(log.some((line) => line.includes('is Mallory')))
  })

  t.test('is nobody where nobody can be it', async (t) => {
    const { log, reunions, service } = start(orphan('Bo', { isReachable: false }), orphan('Cy', { laterId: 'c2' }))
    service.taken = 'c2'
    reunions.announce(ready('x'))
    t.strictSame(log, ['x is new, 1'])
    service.taken = ''
    reunions.announce(ready('y'))
    t.equal(log.length, 1, 'who is not there under the name it said may be there under another')
  })

  t.test('makes itself a connection in place of the former one where that is known, else a first one', async (t) => {
    const bo = orphan('Bo')
    const { log, reunions } = start(bo)
    move(bo, 'b2')
    reunions.announce(ready('b2'))
    reunions.admit('b2')
    reunions.announce(ready('b2', false))
    reunions.admit('b2', 4)
    reunions.announce(ready('b2', false))
    reunions.admit('b2')
    t.strictSame(
      log.filter((line) => line.includes('new')),
      ['b2 is new, 4', 'b2 is new, 4', 'b2 is new, 1, overdue'],
    )
    reunions.announce(ready('b2'))
    reunions.forget('b2')
    reunions.announce(ready('b3'))
    reunions.clear()
    reunions.admit('b2')
    reunions.admit('b3')
    t.equal(log.filter((line) => line.includes('new')).length, 3, 'who is gone is not waited for')
  })

  t.test('is not waited for for ever', async (t) => {
    const { log, reunions, service } = start(orphan('Bo'))
    service.isServed = false
    const startMs = performance.now()
    reunions.announce(ready('x'))
    setTimeout(() => {
      service.isServed = true
    }, 2500)
    while (log.length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    const tookMs = performance.now() - startMs
    t.strictSame(log, ['x is new, 1'])
    t.ok(tookMs > 3900 && tookMs < 6000, `${tookMs} ms: the time without the service does not count`)
  })
})
