import { pino } from 'pino'
import t, { type Test } from 'tap'
import { type AdmissionLimits, defaultsOf, AdmissionLimits as schema } from '../../../schemas/index.js'
import type { BuildOptions } from '../../../src/index.js'
import { Client, startService } from '../../helper.js'
import { room, secret, tokenBy } from '../access/token-kit.js'

const defaults = defaultsOf(schema)
const proxied = { trustProxy: ['127.0.0.1'] }

async function connectFrom(t: Test, url: string, address: string): Promise<Client> {
  return Client.connect(t, url, { headers: { 'x-forwarded-for': address } })
}

/** The code of the error that a `join` is refused with; `joined` when it is not. */
async function tryToJoin(client: Client, roomId: string, more: object = {}): Promise<string> {
  client.send({ type: 'join', roomId, ...more })
  for (;;) {
    const message = JSON.parse(await client.nextFrame())
    if (message.type === 'error') return message.code
    if (message.type === 'joined') return 'joined'
  }
}

const start = (t: Test, limits: Partial<AdmissionLimits>, more: BuildOptions = {}) =>
  startService(t, { ...proxied, ...limits, ...more })

t.test('one address may join 50 times at once, and then 5 times a second; its seat stays', async (t) => {
  const { joinBurst } = defaults
  const { url } = await start(t, { joinBurst })
  const ada = await connectFrom(t, url, '192.0.2.1')
  const bo = await connectFrom(t, url, '192.0.2.2')
  t.equal(await tryToJoin(ada, 'r'), 'joined')
  t.equal(await tryToJoin(bo, 'r'), 'joined')
  const startMs = performance.now()
  let joined = 1
  let answer = 'joined'
  const cy = await connectFrom(t, url, '192.0.2.1')
  for (; answer === 'joined'; answer = await tryToJoin(cy, 'another')) joined += 1
  const allowed = 50 + (5 * (performance.now() - startMs)) / 1000
  t.equal(answer, 'too-many-joins')
  // `joined` counts one that was not made, and the first.
  t.ok(joined - 1 >= 50 && joined - 1 <= allowed + 1, `${joined - 1} were taken`)
  // Whoever is slow to ask finds a place again; it is in the same room then.
  while ((await tryToJoin(ada, 'r')) === 'joined') while ((await tryToJoin(cy, 'another')) === 'joined');
  ada.send({ type: 'ice', candidate: null })
  while (JSON.parse(await bo.nextFrame()).type !== 'ice');
  t.equal(await tryToJoin(bo, 'other'), 'joined', 'people at other addresses may')
})

t.test('one address may make 50 rooms in a minute, and join those that are there all the same', async (t) => {
  const { maxNewRoomsPerMinute } = defaults
  const { url } = await start(t, { maxNewRoomsPerMinute })
  const host = await connectFrom(t, url, '192.0.2.2')
  t.equal(await tryToJoin(host, 'there'), 'joined')
  const client = await connectFrom(t, url, '192.0.2.1')
  for (let k = 0; k < 50; k += 1) t.equal(await tryToJoin(client, `r${k}`), 'joined')
  t.equal(await tryToJoin(client, 'r50'), 'too-many-rooms')
  client.send({ type: 'offer', sdp: 'x' })
  t.match(
    await client.next('error'),
    { code: 'not-joined' },
    'it has left the room that it was in, as with one that is full',
  )
  t.equal(await tryToJoin(client, 'there'), 'joined')
  const other = await connectFrom(t, url, '192.0.2.3')
  t.equal(await tryToJoin(other, 'r50'), 'joined')
  t.equal(await tryToJoin(await connectFrom(t, url, '192.0.2.1'), 'r50'), 'joined', 'it is there now')
})

t.test('guests who only knock make rooms, too', async (t) => {
  const { url } = await start(t, { maxNewRoomsPerMinute: 2 }, { tokenSecrets: [secret], waitingRoom: true })
  const answers = []
  for (let k = 0; k < 3; k += 1) {
    const client = await connectFrom(t, url, '192.0.2.1')
    const token = await tokenBy(secret, { claims: { room: `r${k}` } })
    client.send({ type: 'join', roomId: `r${k}`, token })
    const { type, code } = JSON.parse(await client.nextFrame())
    answers.push(code ?? type)
  }
  t.strictSame(answers, ['knocking', 'knocking', 'too-many-rooms'])
})

t.test('no more rooms and members than the service may have; who is in may change rooms', async (t) => {
  const { url } = await start(t, { maxRooms: 2, maxMembers: 3 })
  const clients = []
  for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'])
    clients.push(await connectFrom(t, url, address))
  const [ada, bo, cy, di] = clients as [Client, Client, Client, Client]
  t.equal(await tryToJoin(ada, 'a'), 'joined')
  t.equal(await tryToJoin(bo, 'b'), 'joined')
  t.equal(await tryToJoin(cy, 'c'), 'service-full', 'a third room')
  t.equal(await tryToJoin(cy, 'a'), 'joined')
  t.equal(await tryToJoin(di, 'b'), 'service-full', 'a fourth member')
  t.equal(await tryToJoin(cy, 'b'), 'joined', 'from one room to another')
  t.equal(await tryToJoin(ada, 'd'), 'joined', 'its own is gone by then')
  ada.send({ type: 'leave' })
  await ada.next('left')
  t.equal(await tryToJoin(di, 'd'), 'joined')
})

t.test('a seat that is held counts as a member; its owner comes back to it', async (t) => {
  const { url } = await start(t, { maxMembers: 1 })
  const ada = await connectFrom(t, url, '192.0.2.1')
  ada.send({ type: 'join', roomId: 'r', resume: true })
  const { seq } = await ada.next('joined')
  ada.send({ type: 'ack', seq })
  await ada.settle()
  ada.socket.terminate()
  await ada.closed
  const bo = await connectFrom(t, url, '192.0.2.2')
  t.equal(await tryToJoin(bo, 's'), 'service-full')
})

t.test('a token that fails is answered later each time; a good one at once, whoever the neighbours are', async (t) => {
  const { url } = await start(t, { failedJoinDelayMs: 20 }, { tokenSecrets: [secret] })
  const good = await tokenBy(secret, { claims: { room } })
  const waits = []
  for (let k = 0; k < 12; k += 1) {
    const client = await connectFrom(t, url, `2001:db8::${k}`)
    const startMs = performance.now()
    t.equal(await tryToJoin(client, room, { token: `${good.slice(0, -10)}xxxxxxxxxx` }), 'token-invalid')
    waits.push(performance.now() - startMs)
    if (k > 7) break
  }
  for (const [k, waitMs] of waits.entries())
    t.ok(waitMs >= 20 * Math.min(64, 2 ** k) - 2, `${Math.round(waitMs)} ms the ${k + 1}. time`)
  t.ok((waits.at(-1) ?? 0) < 20 * 64 * 2, 'up to 64 times as long')
  const startMs = performance.now()
  t.equal(await tryToJoin(await connectFrom(t, url, '2001:db8::1'), room, { token: good }), 'joined')
  t.ok(performance.now() - startMs < 500)
})

t.test('what was good once, or will be, is no guess', async (t) => {
  const { url } = await start(t, { failedJoinDelayMs: 5000 }, { tokenSecrets: [secret] })
  const client = await connectFrom(t, url, '192.0.2.1')
  const expired = await tokenBy(secret, { claims: { room, exp: 1 } })
  const startMs = performance.now()
  t.equal(await tryToJoin(client, room, { token: expired }), 'token-expired')
  t.equal(await tryToJoin(client, room), 'token-required')
  t.ok(performance.now() - startMs < 4000)
})

t.test('where the application decides, guesses are over after ten, until they are forgotten', async (t) => {
  let asked = 0
  const authorize = (_request: unknown, { token }: { readonly token?: string }) => {
    asked += 1
    return token === '4711' ? {} : null
  }
  const { maxFailedJoins } = defaults
  const { url } = await start(t, { maxFailedJoins, failedJoinWindowMs: 1500 }, { authorize })
  const eve = await connectFrom(t, url, '192.0.2.1')
  const startMs = performance.now()
  for (let k = 0; k < 10; k += 1) t.equal(await tryToJoin(eve, room, { token: `${k}` }), 'access-denied')
  t.equal(await tryToJoin(eve, room, { token: '4711' }), 'too-many-failures')
  t.equal(asked, 10, 'nobody is asked')
  eve.send({ type: 'ice-servers', roomId: room, token: '4711' })
  t.match(await eve.next('error'), { code: 'too-many-failures' }, 'nor for ICE servers')
  t.equal(await tryToJoin(await connectFrom(t, url, '192.0.2.2'), room, { token: '4711' }), 'joined')
  let answer = 'too-many-failures'
  while (answer === 'too-many-failures') answer = await tryToJoin(eve, room, { token: '4711' })
  t.equal(answer, 'joined')
  t.ok(performance.now() - startMs >= 1500)
})

t.test('an application that cannot be reached is nobody’s guess', async (t) => {
  const authorize = () => {
    throw new Error('down')
  }
  const { url } = await start(t, { maxFailedJoins: 1 }, { authorize })
  const client = await connectFrom(t, url, '192.0.2.1')
  for (let k = 0; k < 3; k += 1) t.equal(await tryToJoin(client, room), 'access-unavailable')
})

t.test('who goes while its answer is held back leaves nothing behind', async (t) => {
  const { app, url } = await start(t, { failedJoinDelayMs: 300 }, { tokenSecrets: [secret] })
  const client = await connectFrom(t, url, '192.0.2.1')
  client.send({ type: 'join', roomId: room, token: 'x' })
  await client.settle().catch(() => {})
  client.socket.terminate()
  await client.closed
  const startMs = performance.now()
  await app.close()
  t.ok(performance.now() - startMs < 2000)
})

t.test('refused joins are counted, and logged once in a while, without room, token or address', async (t) => {
  const lines: string[] = []
  const loggerInstance = pino({ level: 'info' }, { write: (line) => void lines.push(line) })
  const { app, url } = await start(t, {}, { loggerInstance, tokenSecrets: [secret] })
  const client = await connectFrom(t, url, '192.0.2.77')
  for (let k = 0; k < 5; k += 1) await tryToJoin(client, 'secret-room', { token: 'nonsense' })
  await app.close()
  const told = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'refused')
  t.match(told, [
    { code: 'token-invalid', refused: 1, reason: String },
    { code: 'token-invalid', refused: 4, reason: String },
  ])
  t.notMatch(lines.join(''), /secret-room|nonsense|192\.0\.2\.77/)
})
