import type { IncomingHttpHeaders } from 'node:http'
import { Value } from '@sinclair/typebox/value'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { signatureHeaders, signingKeysOf } from '../../../plugins/access/webhook-signature.js'
import { webhookOutboxes } from '../../../plugins/events/webhook-outbox.js'
import type { RoomEvent } from '../../../plugins/rooms/room-event.js'
import { defaultsOf, WebhookConfig, WebhookEvent } from '../../../schemas/index.js'
import { buildApp } from '../../../src/index.js'
import { Client, startService } from '../../helper.js'
import { HttpServer } from '../access/http-server.js'

const secret = 'a secret of 32 characters or more'
const next = 'the next secret, of 32 characters'

interface Sent {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly event: WebhookEvent
}

/** Somebody who is told, and answers each with the next of these, and then with 204. */
class Receiver {
  readonly sent: Sent[] = []
  #server: HttpServer | undefined
  #wake = (): void => {}

  static async start(t: Test, answers: number[] = []): Promise<Receiver> {
    const receiver = new Receiver()
    receiver.#server = await HttpServer.start(t, async (request, response) => {
      const body = Buffer.concat(await request.toArray()).toString()
      receiver.sent.push({ headers: request.headers, body, event: JSON.parse(body) })
      response.writeHead(answers.shift() ?? 204).end()
      receiver.#wake()
    })
    return receiver
  }

  get url(): string {
    return this.#server?.url ?? ''
  }

  async until(count: number): Promise<Sent[]> {
    while (this.sent.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.sent
  }
}

const config = { ...defaultsOf(WebhookConfig), webhookSecrets: [secret] }
const silent = pino({ level: 'silent' })

function eventOf(roomId: string, n: number): RoomEvent {
  const occupant = { member: { peerId: 'peer' }, identity: {}, joinedAtMs: 0 }
  return { roomId, session: `of-${roomId}`, n, atMs: 1000, change: { kind: 'joined', occupant } }
}

t.test('what happens in a room is told, signed, in its order, and as the schema says', async (t) => {
  const receiver = await Receiver.start(t)
  const { app, url } = await startService(t, {
    webhookUrls: [receiver.url],
    webhookSecrets: [next, secret],
    authorize: () => ({ subject: 'user-7', tokenId: 'token-of-hers' }),
  })
  const ada = await Client.join(t, url, '1001', { name: 'Ada' })
  await app.signalbox.kick('1001', ada.peerId)
  const sent = await receiver.until(4)
  t.match(
    sent.map(({ event }) => event),
    [
      { type: 'room.started', data: { roomId: '1001', sequence: 1 } },
      { type: 'member.joined', data: { sequence: 2, member: { peerId: ada.peerId, name: 'Ada', subject: 'user-7' } } },
      { type: 'member.left', data: { sequence: 3, member: { peerId: ada.peerId }, reason: 'kicked' } },
      { type: 'room.ended', data: { sequence: 4 } },
    ],
  )
  t.equal(new Set(sent.map(({ event }) => event.data.session)).size, 1)
  t.equal(new Set(sent.map(({ event }) => event.id)).size, 4)
  for (const { headers, body, event } of sent) {
    t.ok(Value.Check({ ...WebhookEvent, additionalProperties: false }, event), body)
    t.notMatch(body, 'token')
    const id = String(headers['webhook-id'])
    t.equal(id, event.id)
    const timestamp = Number(headers['webhook-timestamp'])
    t.ok(Math.abs(timestamp - Date.now() / 1000) < 60)
    const expected = signatureHeaders({ id, timestamp, body }, signingKeysOf('webhookSecrets', [next, secret]))
    t.match(headers, { ...expected, 'content-type': 'application/json' })
  }
})

t.test('what is not taken is sent again, the same, and the rest of its room waits; other rooms do not', async (t) => {
  const receiver = await Receiver.start(t, [503])
  const [outbox] = webhookOutboxes({ ...config, webhookUrls: [receiver.url] }, silent)
  outbox?.hear(eventOf('a', 1))
  outbox?.hear(eventOf('a', 2))
  outbox?.hear(eventOf('b', 1))
  const sent = await receiver.until(4)
  const ids = sent.map(({ event }) => event.id)
  t.strictSame([ids[0], ids.slice(2)], ['evt_of-a_1', ['evt_of-a_1', 'evt_of-a_2']])
  t.equal(ids[1], 'evt_of-b_1')
  t.equal(sent[0]?.body, sent[2]?.body)
  await outbox?.finish(1000)
  t.strictSame([outbox?.waiting, outbox?.lost], [0, 0])
})

t.test('what is lost is counted and said: too much that waits, too long not taken, the end', async (t) => {
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line) => void lines.push(line) })
  const deaf = await Receiver.start(
    t,
    Array.from({ length: 100 }, () => 500),
  )
  const webhookUrls = [deaf.url]
  const [full] = webhookOutboxes({ ...config, webhookUrls, maxQueuedWebhooks: 2 }, log)
  for (const n of [1, 2, 3]) full?.hear(eventOf('a', n))
  t.strictSame([full?.waiting, full?.lost], [2, 1])
  await full?.finish(5000)
  t.strictSame([full?.waiting, full?.lost], [0, 3], 'at the end each is tried once more')

  const [late] = webhookOutboxes({ ...config, webhookUrls, webhookRetryMs: 1 }, log)
  const before = deaf.sent.length
  late?.hear(eventOf('b', 1))
  await deaf.until(before + 1)
  await late?.finish(5000)
  t.equal(late?.lost, 1)
  t.match(
    lines.map((line) => JSON.parse(line)),
    [
      { level: 50, lost: 1, reason: 'too much waits', msg: 'webhooks are lost' },
      { lost: 1, reason: 'status 500' },
    ],
  )
})

t.test('a service that stops tells of those who were in', async (t) => {
  const receiver = await Receiver.start(t, [503])
  const { app, url } = await startService(t, { webhookUrls: [receiver.url], webhookSecrets: [secret] })
  await Client.join(t, url, '1001')
  await app.close()
  const told = receiver.sent.slice(1).map(({ event }) => [event.type, event.data.reason])
  t.strictSame(told, [
    ['room.started', undefined],
    ['member.joined', undefined],
    ['member.left', 'disconnected'],
    ['room.ended', undefined],
  ])
})

t.test('settings that cannot be used stop the start', async (t) => {
  const webhookUrls = ['http://127.0.0.1:1/']
  for (const [options, message] of [
    [{ webhookUrls }, /webhookSecrets/],
    [{ webhookSecrets: [secret] }, /webhookUrls/],
    [{ webhookUrls: ['http://user:password@host/'], webhookSecrets: [secret] }, /password/],
    [{ webhookUrls, webhookSecrets: ['whsec_ and no base64, of 32 characters'] }, /base64/],
  ] as const)
    await t.rejects(async () => buildApp(options as object).ready(), { name: 'SettingError', message })
})
