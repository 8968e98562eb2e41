import { Duplex } from 'node:stream'
import Fastify, { type FastifyRequest } from 'fastify'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import WebSocket from 'ws'
import { openAccess } from '../../plugins/access/access.js'
import { AddressBook } from '../../plugins/admission/address-book.js'
import { Refusals } from '../../plugins/admission/refusals.js'
import { SignalingCounts } from '../../plugins/metrics/signaling-counts.js'
import { LogNames } from '../../plugins/naming/log-names.js'
import { Connection, tickMsOf } from '../../plugins/signaling/connection.js'
import { Guest } from '../../plugins/signaling/guest.js'
import { ResumeKeys } from '../../plugins/signaling/resume-keys.js'
import { AccessConfig, AdmissionLimits, defaultsOf, Limits, QualityConfig } from '../../schemas/index.js'
import { makeMemoryStore } from '../contract/memory-store.js'
import { Client, startService } from '../helper.js'

async function joinResumable(t: Test, url: string, options: WebSocket.ClientOptions): Promise<Client> {
  const client = await Client.connect(t, url, options)
  client.send({ type: 'join', roomId: 'r', resume: true })
  const { seq } = await client.next('joined')
  client.send({ type: 'ack', seq })
  return client
}

t.test('who can resume must answer the ping that a page can see; the other kind proves nothing', async (t) => {
  const { url } = await startService(t, { pingIntervalMs: 200, pongTimeoutMs: 200, awayAfterMs: 100 })
  // A tab that is frozen: its browser goes on answering, and nobody reads.
  const frozen = await joinResumable(t, url, { autoPong: true })
  const awake = await joinResumable(t, url, { autoPong: false })
  let answered = 0
  let onAnswered = () => {}
  awake.socket.on('message', (data) => {
    if (JSON.parse(data.toString()).type !== 'ping') return
    awake.send({ type: 'pong' })
    answered += 1
    onAnswered()
  })
  const untilAnswered = async (count: number): Promise<void> => {
    while (answered < count) {
      await new Promise<void>((resolve) => {
        onAnswered = resolve
      })
    }
  }
  const nextButPing = async (): Promise<object> => {
    for (;;) {
      const message = JSON.parse(await awake.nextFrame())
      if (message.type !== 'ping') return message
    }
  }

  const first = await Promise.race([
    frozen.closed.then(() => 'the frozen one is dropped'),
    awake.closed.then(() => 'the one that answers is dropped'),
    untilAnswered(10).then(() => 'nobody is dropped'),
  ])
  if (!t.equal(first, 'the frozen one is dropped')) return
  t.match(await frozen.closed, { code: 1006 })
  t.match(await nextButPing(), { type: 'ready' })
  t.match(await nextButPing(), { type: 'peer-away' })
  await Promise.race([untilAnswered(12), awake.closed])
  t.equal(awake.socket.readyState, WebSocket.OPEN, 'and who answers stays')
})

/** A real one; nobody looks at it. */
function anyRequest(): Promise<FastifyRequest> {
  return new Promise((resolve, reject) => {
    const app = Fastify()
    app.get('/', async (request) => resolve(request))
    app.inject('/').catch(reject)
  })
}

/** A socket on which nothing comes but what a test says. */
class QuietSocket extends WebSocket {
  readonly log: string[] = []
  isTerminated = false

  constructor() {
    const nowhere = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
    super('ws://nowhere', { createConnection: () => nowhere })
    Object.defineProperty(this, 'readyState', { value: WebSocket.OPEN })
  }

  override send(frame: unknown): void {
    this.log.push(String(frame))
  }

  override ping(): void {
    this.log.push('ping')
  }

  override close(): void {}
  override pause(): void {}
  override resume(): void {}

  override terminate(): void {
    this.isTerminated = true
  }

  hear(message: object): void {
    this.emit('message', Buffer.from(JSON.stringify(message)), false)
  }

  answer(isResumable: boolean): void {
    if (isResumable) this.hear({ type: 'pong' })
    else this.emit('pong', Buffer.alloc(0))
  }
}

const limits = { ...defaultsOf(Limits), ...defaultsOf(AdmissionLimits) }
const settings = { ...defaultsOf(AccessConfig), ...defaultsOf(QualityConfig) }
const iceServers = { for: () => ({ iceServers: [] }) }
const mostSilenceMs = 25_000

for (const isResumable of [true, false]) {
  t.test(`a socket is dead after 25 s of silence at the most (${isResumable ? 'resumable' : 'plain'})`, async (t) => {
    const log = pino({ level: 'silent' })
    const request = await anyRequest()
    const logNames = new LogNames({ logIds: 'hashed' })
    const tickMs = tickMsOf(limits)
    let longestMs = 0
    // A timer is late rather than early; and whoever falls silent does so anywhere between two pings.
    for (const lateMs of [0, 1, 7, 13]) {
      for (let lastHeardMs = 40_000; lastHeardMs <= 40_000 + limits.pingIntervalMs; lastHeardMs += 125) {
        const socket = new QuietSocket()
        const rooms = makeMemoryStore()
        const refusals = new Refusals(log, logNames)
        const book = new AddressBook(limits)
        const guest = new Guest(
          { access: openAccess, rooms, limits, refusals },
          openAccess.authorizerOf(request),
          book.of('192.0.2.1', 0),
        )
        const context = {
          rooms,
          keys: new ResumeKeys({ keySecrets: [Buffer.alloc(32)], mayLackSecrets: false }),
          limits,
          settings,
          iceServers,
          log,
          logNames,
          counts: new SignalingCounts(),
        }
        const connection = new Connection(socket, context, guest, 0)
        socket.hear({ type: 'join', roomId: 'r', resume: isResumable })
        // It is said before the join is over.
        do await new Promise(setImmediate)
        while (!socket.log.some((frame) => frame.includes('"joined"')))

        let nowMs = 0
        let heardMs = 0
        while (!socket.isTerminated && nowMs < 120_000) {
          nowMs += tickMs + lateMs
          // Until then it answers each ping, and it says something last.
          if (nowMs > lastHeardMs && heardMs < lastHeardMs) {
            heardMs = lastHeardMs
            socket.answer(isResumable)
          }
          const told = socket.log.length
          connection.tick(nowMs)
          if (nowMs <= lastHeardMs && socket.log.length > told) {
            heardMs = nowMs
            socket.answer(isResumable)
          }
        }
        if (!socket.isTerminated) t.fail(`last heard at ${lastHeardMs} ms and never dropped`)
        longestMs = Math.max(longestMs, nowMs - heardMs)
      }
    }
    t.ok(longestMs > 23_000 && longestMs <= mostSilenceMs, `${longestMs} ms`)
  })
}
