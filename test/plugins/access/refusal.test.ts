import { pino } from 'pino'
import t, { type Test } from 'tap'
import { Client, startService } from '../../helper.js'
import { room, seconds, secret, tokenBy } from './token-kit.js'

const settings = { tokenSecrets: [secret] }
const good = (roomId = room) => tokenBy(secret, { claims: { room: roomId } })

async function enter(t: Test, url: string, roomId: string, more: object = {}): Promise<Client> {
  const client = await Client.connect(t, url)
  client.send({ type: 'join', roomId, token: await good(roomId), ...more })
  await client.next('joined')
  return client
}

t.test('a token counts in the first message alone: one in the address or a header is not looked at', async (t) => {
  const { url } = await startService(t, settings)
  for (const client of [
    await Client.connect(t, `${url}/ws?token=${await good()}`),
    await Client.connect(t, url, { headers: { authorization: `Bearer ${await good()}` } }),
  ]) {
    client.send({ type: 'join', roomId: room })
    t.match(await client.next('error'), { code: 'token-required' })
  }
})

t.test(
  'a refused join reveals nothing: it is the same whether the room exists, is full, or is not there',
  async (t) => {
    const { url } = await startService(t, settings)
    await enter(t, url, 'full')
    await enter(t, url, 'full')
    await enter(t, url, 'half')
    const wrong: Record<string, unknown> = {
      none: undefined,
      nonsense: 'nonsense',
      expired: await tokenBy(secret, { claims: { exp: 1 } }),
      early: await tokenBy(secret, { claims: { nbf: seconds() + 3600, exp: seconds() + 7200 } }),
      'of another room': await good('another'),
      unsigned: (await good()).replace(/[^.]+$/, ''),
    }
    for (const [name, token] of Object.entries(wrong)) {
      const answers = new Set<string>()
      for (const roomId of ['full', 'half', 'nowhere']) {
        for (const more of [{}, { capacity: 16 }, { resume: true, updates: true }]) {
          const eve = await Client.connect(t, url)
          eve.send({ type: 'join', roomId, token, id: 1, ...more })
          answers.add(await eve.nextFrame())
          t.strictSame(await eve.rest(), [])
        }
      }
      t.equal(answers.size, 1, name)
    }
  },
)

t.test("a seat that is not one's own is not looked for before the token", async (t) => {
  const { url } = await startService(t, settings)
  const eve = await Client.connect(t, url)
  const replace = { peerId: 'x', attempt: 1, mac: 'x' }
  eve.send({ type: 'join', roomId: room, replace })
  t.match(await eve.next('error'), { code: 'token-required' })
})

t.test("a refused join changes nothing: one stays in one's room, and nobody hears of it", async (t) => {
  const { url } = await startService(t, settings)
  const [ada, bo] = [await enter(t, url, room), await enter(t, url, room)]
  const cy = await enter(t, url, 'other')
  await Promise.all([ada.rest(), bo.rest()])
  for (const token of [undefined, 'nonsense', await good('third')]) {
    for (const roomId of [room, 'other']) {
      bo.send({ type: 'join', roomId, token })
      await bo.next('error')
    }
  }
  bo.send({ type: 'offer', sdp: 'still here' })
  t.match(await ada.next('offer'), { sdp: 'still here' })
  ada.send({ type: 'answer', sdp: 'and heard' })
  t.match(await bo.next('answer'), { sdp: 'and heard' })
  t.strictSame(await cy.rest(), [])
  bo.send({ type: 'join', roomId: 'other', token: await good('other') })
  t.match(await bo.next('joined'), { peers: 1 })
  t.match(await ada.next('peer-left'), { reason: 'left' })
})

t.test('a room that only refused people asked for has no capacity of theirs', async (t) => {
  const { url } = await startService(t, settings)
  const eve = await Client.connect(t, url)
  eve.send({ type: 'join', roomId: room, capacity: 16 })
  t.match(await eve.next('error'), { code: 'token-required' })
  const ada = await Client.connect(t, url)
  ada.send({ type: 'join', roomId: room, token: await good() })
  t.match(await ada.next('joined'), { peers: 0, capacity: 2 })
})

t.test('a refused socket can try again, has no other message taken meanwhile, and not for ever', async (t) => {
  const { url } = await startService(t, { ...settings, joinTimeoutMs: 700 })
  const [ada, eve] = [await Client.connect(t, url), await Client.connect(t, url)]
  for (const client of [ada, eve]) {
    client.send({ type: 'join', roomId: room })
    t.match(await client.next('error'), { code: 'token-required' })
    client.send({ type: 'offer', sdp: 'x' })
    t.match(await client.next('error'), { code: 'not-joined' })
  }
  ada.send({ type: 'join', roomId: room, token: await good() })
  await ada.next('joined')
  t.match(await eve.closed, { code: 4008 })
  t.strictSame(await ada.rest(), [])
})

t.test('messages right behind a join wait for it, in their order, whatever becomes of it', async (t) => {
  const { url } = await startService(t, settings)
  const ada = await enter(t, url, room)
  const bo = await Client.connect(t, url)
  bo.send({ type: 'join', roomId: room, token: await good() })
  for (let n = 0; n < 20; n += 1) bo.send({ type: 'ice', candidate: n })
  bo.send({ type: 'join', roomId: 'elsewhere', token: await good() })
  bo.send({ type: 'ice', candidate: 20 })
  await ada.next('ready')
  for (let n = 0; n <= 20; n += 1) t.match(await ada.next('ice'), { candidate: n })
  await bo.next('joined')
  await bo.next('ready')
  t.match(await bo.next('error'), { code: 'token-wrong-room' })
})

t.test('the token is nowhere in the log, whatever is wrong with it', async (t) => {
  const lines: string[] = []
  const loggerInstance = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
  const { url } = await startService(t, { ...settings, loggerInstance })
  const tokens = [
    await good(),
    await good('other'),
    await tokenBy(secret, { claims: { exp: 1 } }),
    await tokenBy(secret, { claims: { role: 'emperor' } }),
    await tokenBy('a-strangers-secret-0123456789abcdef'),
    'eyJub25zZW5zZSI6MX0.nonsense',
  ]
  for (const token of tokens) {
    const client = await Client.connect(t, url)
    client.send({ type: 'join', roomId: room, token })
    const frame = await client.nextFrame()
    for (const part of token.split('.')) t.notOk(frame.includes(part), 'nor in the answer')
  }
  const log = lines.join('')
  t.match(log, '"code":"token-expired"')
  t.match(log, '"reason":"role"')
  for (const part of tokens.flatMap((token) => token.split('.'))) t.notOk(log.includes(part))
  t.notOk(log.includes(secret) || log.includes('emperor'))
})
