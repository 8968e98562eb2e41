import { pino } from 'pino'
import t from 'tap'
import { Client, startService, unhurried } from '../helper.js'
import { maskedFrame, RawClient } from '../raw-client.js'
import { ResumingClient } from '../resuming-client.js'

const room = '1001'

t.test('what is not a message is refused with its code, and the socket goes on', async (t) => {
  const rows = [
    [
      'not-json',
      ['', 'nope', '{', '{"type":"offer"', '\ufeff{"type":"offer"}', '['.repeat(30_000), "{'type':'offer'}"],
    ],
    [
      'not-object',
      [
        'null',
        '1',
        '"join"',
        '[]',
        '[{"type":"offer"}]',
        '{}',
        '{"type":1}',
        '{"type":null}',
        '{"TYPE":"offer"}',
        '{"__proto__":{"type":"offer"}}',
      ],
    ],
    [
      'unknown-type',
      [
        '{"type":""}',
        '{"type":"Join"}',
        '{"type":"constructor"}',
        '{"type":"__proto__"}',
        '{"type":"toString"}',
        '{"type":"joined"}',
      ],
    ],
    [
      'bad-message',
      [
        '{"type":"join","roomId":{}}',
        '{"type":"join","roomId":["1001"]}',
        '{"type":"join","roomId":"1","name":5}',
        '{"type":"join","roomId":"1","capacity":1}',
        '{"type":"join","roomId":"1","capacity":2.5}',
        '{"type":"offer","to":5}',
      ],
    ],
    [
      'room-id-invalid',
      [
        `{"type":"join","roomId":"${'x'.repeat(65)}"}`,
        '{"type":"join","roomId":"a\\u0000b"}',
        '{"type":"join","roomId":"\\ud800"}',
      ],
    ],
    ['name-invalid', [`{"type":"join","roomId":"1","name":"${'x'.repeat(65)}"}`]],
  ] as const
  const { url } = await startService(t, { ...unhurried, maxMalformedMessages: 1000 })
  const ada = await Client.join(t, url, room)
  const bo = await Client.join(t, url, room)
  await ada.next('ready')
  await bo.next('ready')
  for (const [code, frames] of rows) {
    for (const frame of frames) {
      bo.send(frame)
      t.match(await bo.next('error'), { code, message: String }, `${code}: ${frame.slice(0, 60)}`)
    }
  }
  bo.send({ type: 'ice', still: 'here' })
  t.match(await ada.next('ice'), { still: 'here' })
})

t.test('a message has a bound on its fields, and one that is passed on also on its depth', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.join(t, url, room)
  const bo = await Client.join(t, url, room)
  await ada.next('ready')
  await bo.next('ready')
  const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, n]))
  const nested = (levels: number, open: string, close: string) =>
    `{"type":"ice","candidate":${open.repeat(levels)}0${close.repeat(levels)}}`
  for (const frame of [
    JSON.stringify({ type: 'ice', ...fields(32) }),
    JSON.stringify({ type: 'update', ...fields(32) }),
    JSON.stringify({ type: 'ice', ...fields(10_000 / 4) }),
    nested(16, '[', ']'),
    nested(16, '{"a":', '}'),
    nested(30_000, '[', ']'),
    nested(10_000, '{"a":', '}'),
  ]) {
    bo.send(frame)
    t.match(await bo.next('error'), { code: 'bad-message', message: /^more than \d+ (fields|levels deep)$/ })
  }
  for (const frame of [
    JSON.stringify({ type: 'ice', ...fields(31) }),
    nested(15, '[', ']'),
    nested(15, '{"a":', '}'),
  ]) {
    bo.send(frame)
    t.equal(await ada.nextFrame(), `{"from":"${bo.peerId}",${frame.slice(1)}`)
  }
})

t.test('bad-message says which field is wrong', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.join(t, url, room)
  ada.send({ type: 'offer', to: 5, id: 'mine' })
  t.match(await ada.next('error'), { code: 'bad-message', message: /^to: /, id: 'mine' })
})

t.test("an error carries the message's own id where it is a text or a number, and nothing else", async (t) => {
  const { url } = await startService(t)
  const ada = await Client.connect(t, url)
  for (const id of ['a', 0, 1.5, '']) {
    ada.send({ type: 'leave', id })
    t.strictSame((await ada.next('error')).id, id)
  }
  for (const id of ['null', '{}', '[]', 'true', `"${'x'.repeat(129)}"`, '1e999']) {
    ada.send(`{"type":"leave","id":${id}}`)
    t.notOk('id' in (await ada.next('error')), id)
  }
  ada.send({ id: 'mine' })
  t.match(await ada.next('error'), { code: 'not-object', id: 'mine' })
})

t.test('too many malformed messages close the socket with 1008; the other is told that it left', async (t) => {
  const { url } = await startService(t, { maxMalformedMessages: 3 })
  const ada = await Client.join(t, url, room)
  const bo = await Client.join(t, url, room)
  await ada.next('ready')
  await bo.next('ready')
  for (let n = 0; n < 6; n += 1) bo.send('nope')
  for (let n = 0; n < 4; n += 1) t.match(await bo.next('error'), { code: 'not-json' })
  t.match(await bo.closed, { code: 1008 })
  t.match(await ada.next('peer-left'), { reason: 'disconnected' })
  t.strictSame(await ada.rest(), [])
})

t.test('mistakes that a well-behaved client can make do not count as malformed', async (t) => {
  const { url } = await startService(t, { maxMalformedMessages: 0 })
  const ada = await Client.connect(t, url)
  for (let n = 0; n < 50; n += 1) {
    ada.send({ type: 'ice' })
    t.match(await ada.next('error'), { code: 'not-joined' })
  }
})

t.test('a type that there is not counts as malformed outside a room, too', async (t) => {
  const { url } = await startService(t, { maxMalformedMessages: 3 })
  const ada = await Client.connect(t, url)
  for (let n = 0; n < 4; n += 1) {
    ada.send({ type: 'anything' })
    t.match(await ada.next('error'), { code: 'not-joined' })
  }
  t.match(await ada.closed, { code: 1008 })
})

t.test('a frame over the bound is refused at its header, before its body has come', async (t) => {
  const { url } = await startService(t)
  const client = await RawClient.connect(t, url)
  client.socket.write(Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 1, 0x11, 0x70, 0, 0, 0, 0]))
  t.equal(await client.closeCode(), 1009)
})

t.test('a binary frame closes with 1003', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.connect(t, url)
  ada.send(Buffer.from('{"type":"join","roomId":"1001"}'))
  t.match(await ada.closed, { code: 1003 })
})

t.test('a frame of just the bound passes, one byte more closes with 1009', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.join(t, url, room)
  const bo = await Client.join(t, url, room)
  await ada.next('ready')
  const frame = (bytes: number) => `{"type":"offer","sdp":"${'x'.repeat(bytes - 25)}"}`
  bo.send(frame(65_536))
  t.equal(Buffer.byteLength(frame(65_536)), 65_536)
  t.equal(((await ada.next('offer')).sdp as string).length, 65_536 - 25)
  bo.send(frame(65_537))
  t.match(await bo.closed, { code: 1009 })
  t.match(await ada.next('peer-left'), { reason: 'disconnected' })
})

t.test('frames that are not those of RFC 6455 close with 1002, text that is not UTF-8 with 1007', async (t) => {
  const { url } = await startService(t)
  for (const [frame, code] of [
    [Buffer.from([0x81, 0x01, 0x61]), 1002],
    [maskedFrame(0xf1, [0x61]), 1002],
    [maskedFrame(0x83, [0x61]), 1002],
    [maskedFrame(0x81, [0xff, 0xfe]), 1007],
  ] as const) {
    const client = await RawClient.connect(t, url)
    client.socket.write(frame)
    t.equal(await client.closeCode(), code)
  }
})

t.test('no valid join in time closes with 4008, whatever else is sent meanwhile', async (t) => {
  const { url } = await startService(t, { joinTimeoutMs: 200 })
  const invalid = await Client.connect(t, url)
  invalid.send({ type: 'join' })
  invalid.send({ type: 'join', roomId: 'x'.repeat(100) })
  const silent = await Client.connect(t, url)
  const busy = await Client.connect(t, url)
  const late = await Client.join(t, url, room)
  const chatter = setInterval(() => busy.send({ type: 'ice' }), 20)
  t.teardown(() => clearInterval(chatter))
  t.match(await silent.closed, { code: 4008 })
  t.match(await busy.closed, { code: 4008 })
  t.match(await invalid.closed, { code: 4008 })
  late.send({ type: 'leave' })
  await late.next('left')
  t.equal(late.socket.readyState, late.socket.OPEN, 'who has joined once may stay')
})

t.test('nor does a resume that is refused keep a socket open, however good its proof', async (t) => {
  const { url } = await startService(t, { joinTimeoutMs: 300 })
  let onLeft = () => {}
  const left = new Promise<void>((resolve) => {
    onLeft = resolve
  })
  const ada = new ResumingClient(url, 'stale', () => {})
  const bo = new ResumingClient(url, 'gone', ({ type }) => type === 'left' && onLeft())
  for (const owner of [ada, bo]) {
    t.teardown(() => owner.socket?.terminate())
    await owner.join()
    await owner.resume()
  }
  bo.send({ type: 'leave' })
  await left
  for (const [owner, code] of [
    [ada, 'resume-stale'],
    [bo, 'resume-gone'],
  ] as const) {
    const refused = await Client.connect(t, url)
    refused.send(owner.resumeMessage(owner.attempt))
    t.match(await refused.next('error'), { code })
    t.match(await refused.closed, { code: 4008 })
  }
  t.equal(ada.socket?.readyState, 1, 'who was let in may stay')
})

t.test('a socket that does not answer pings is dropped, one that does stays', async (t) => {
  const { url } = await startService(t, { pingIntervalMs: 100, pongTimeoutMs: 100 })
  const ada = await Client.join(t, url, room)
  const deaf = await Client.connect(t, url, { autoPong: false })
  deaf.send({ type: 'join', roomId: room })
  await ada.next('ready')
  const joinedAt = performance.now()
  t.match(await ada.next('peer-left'), { reason: 'disconnected' })
  const tookMs = performance.now() - joinedAt
  t.ok(tookMs > 100 && tookMs < 700, `dropped after ${Math.round(tookMs)} ms`)
  t.match(await deaf.closed, { code: 1006 })
  t.equal(ada.socket.readyState, ada.socket.OPEN)
})

t.test('a client that does not read is cut off at the bound; nobody else notices', async (t) => {
  const maxQueuedBytes = 131_072
  const lines: string[] = []
  const loggerInstance = pino({ level: 'warn' }, { write: (line) => void lines.push(line) })
  const { app, url } = await startService(t, { ...unhurried, maxQueuedBytes, closeTimeoutMs: 3000, loggerInstance })
  const ada = await Client.join(t, url, room)
  const sleeper = await Client.join(t, url, room)
  const others = [await Client.join(t, url, 'another'), await Client.join(t, url, 'another')] as const
  await Promise.all([ada.rest(), others[0].rest(), others[1].rest()])
  sleeper.socket.pause()

  const frame = { type: 'ice', candidate: 'x'.repeat(60_000) }
  let sent = 0
  for (; lines.length === 0 && sent < 2000; sent += 1) {
    ada.send(frame)
    await ada.settle()
  }
  const { msg, peerId, queuedBytes } = JSON.parse(lines[0] ?? '{}')
  t.match({ msg, peerId }, { msg: 'peer reads too slowly', peerId: sleeper.peerId })
  t.ok(queuedBytes > maxQueuedBytes && queuedBytes < maxQueuedBytes + 70_000, `${queuedBytes} bytes were queued`)

  others[0].send({ type: 'ice', n: 1 })
  t.match(await others[1].next('ice'), { n: 1 })
  t.match(await app.inject('/livez'), { statusCode: 200 })
  t.strictSame(await ada.rest(), [])

  sleeper.socket.resume()
  t.strictSame(await sleeper.closed, { code: 1013, reason: 'reading too slowly' })
  t.match(await ada.next('peer-left'), { peerId: sleeper.peerId, reason: 'disconnected' })
})

t.test('a client that does not even read the close frame is cut off in time', async (t) => {
  const { url } = await startService(t, { maxMalformedMessages: 0, closeTimeoutMs: 200 })
  const ada = await Client.join(t, url, room)
  const deaf = await Client.join(t, url, room)
  await ada.next('ready')
  deaf.socket.pause()
  const sentAt = performance.now()
  deaf.send('nope')
  await ada.next('peer-left')
  const tookMs = performance.now() - sentAt
  t.ok(tookMs >= 150 && tookMs < 1000, `cut after ${Math.round(tookMs)} ms`)
})

t.test('nothing of Object.prototype can be reached by names', async (t) => {
  const { url } = await startService(t)
  for (const roomId of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const ada = await Client.join(t, url, roomId, { name: '__proto__' })
    const bo = await Client.connect(t, url)
    bo.send(
      `{"type":"join","roomId":${JSON.stringify(roomId)},"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}`,
    )
    t.match(await bo.next('joined'), { peers: 1 })
    t.match(await bo.next('ready'), { name: '__proto__' })
    bo.send('{"type":"offer","__proto__":{"polluted":1},"to":null}')
    t.match(await bo.next('error'), { code: 'bad-message' })
    bo.send('{"type":"offer","__proto__":{"polluted":1}}')
    await ada.next('ready')
    t.match(await ada.nextFrame(), '"__proto__":{"polluted":1}')
  }
  t.notOk('polluted' in {})
})
