import t, { type Test } from 'tap'
import type { ServerMessage } from '../../schemas/index.js'
import { Client, startService, unhurried } from '../helper.js'
import { macOf, ResumingClient } from '../resuming-client.js'

/** A resuming client that keeps what it is told, and lets a test wait for it. */
class Resuming extends ResumingClient {
  readonly told: ServerMessage[] = []
  #wake: () => void = () => {}

  constructor(t: Test, url: string, roomId = 'r') {
    super(url, roomId, (message) => {
      this.told.push(message)
      this.#wake()
    })
    t.teardown(() => this.socket?.terminate())
  }

  async until(isThere: (told: readonly ServerMessage[]) => boolean): Promise<void> {
    while (!isThere(this.told)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  async untilType(type: string, count = 1): Promise<ServerMessage[]> {
    await this.until((told) => told.filter((message) => message.type === type).length >= count)
    return this.told.filter((message) => message.type === type)
  }
}

async function joinPair(t: Test, url: string): Promise<[Resuming, Resuming]> {
  const [ada, bo] = [new Resuming(t, url), new Resuming(t, url)]
  await ada.join({ name: 'Ada' })
  await bo.join({ name: 'Bo' })
  await Promise.all([ada.untilType('ready'), bo.untilType('ready')])
  return [ada, bo]
}

t.test('who asks to be able to resume is given what it takes; nobody else is', async (t) => {
  const { url } = await startService(t)
  const [ada] = await joinPair(t, url)
  t.match(ada.told[0], {
    type: 'joined',
    seq: /^./,
    session: { windowMs: 30_000, pingIntervalMs: 15_000, pongTimeoutMs: 9000 },
  })
  t.match(ada.session?.key, /^[\w-]{43}$/)
  const plain = await Client.connect(t, url)
  plain.send({ type: 'join', roomId: 'elsewhere', updates: true })
  const joined = await plain.next('joined')
  t.notOk('session' in joined || 'seq' in joined)
})

t.test('a broken socket costs nobody a message, in either direction', async (t) => {
  const { url } = await startService(t)
  const [ada, bo] = await joinPair(t, url)
  bo.send({ type: 'offer', sdp: 'one' })
  await ada.untilType('offer')
  ada.terminate()
  for (const candidate of ['a', 'b', 'c']) bo.send({ type: 'ice', candidate })
  ada.send({ type: 'answer', sdp: 'two' })
  ada.send({ type: 'ice', candidate: 'd', seq: 'forged', prev: 'forged', from: 'forged', n: 'replaced' })
  await ada.resume()
  t.match(await ada.untilType('ice', 3), [{ candidate: 'a' }, { candidate: 'b' }, { candidate: 'c' }])
  t.match(await bo.untilType('answer'), [{ sdp: 'two', from: ada.peerId }])
  const [last] = await bo.untilType('ice')
  t.match(last, { candidate: 'd', from: ada.peerId })
  t.notOk(last !== undefined && 'n' in last, 'the number is between the sender and the service')
  while (ada.unacknowledged > 0 || bo.unacknowledged > 0) await new Promise((resolve) => setTimeout(resolve, 20))
  t.strictSame(
    [ada.faults, bo.faults, ada.resyncs, ada.told.filter(({ type }) => type === 'peer-left')],
    [[], [], 0, []],
  )
})

t.test('resuming works before the old socket is known to be dead, which is closed with 4001', async (t) => {
  const { url } = await startService(t)
  const [ada, bo] = await joinPair(t, url)
  const old = ada.socket
  ada.freeze()
  for (let k = 0; k < 50; k += 1) bo.send({ type: 'ice', candidate: k })
  await ada.resume()
  await ada.untilType('ice', 50)
  const code = new Promise((resolve) => old?.on('close', resolve))
  old?.resume()
  t.equal(await code, 4001)
  t.strictSame([ada.faults, ada.told.filter(({ type }) => type === 'ice').length], [[], 50])
})

t.test('half-open sockets are found by the ping that a page can see', async (t) => {
  const { url } = await startService(t, { pingIntervalMs: 200, pongTimeoutMs: 200, awayAfterMs: 100 })
  const [ada, bo] = await joinPair(t, url)
  ada.freeze()
  await bo.untilType('peer-away')
  await ada.resume()
  await bo.untilType('peer-back')
  t.notOk(bo.told.some(({ type }) => type === 'peer-left'))
})

t.test('who does not come back in time has left; a partner of the base protocol hears no more than that', async (t) => {
  const { url } = await startService(t, { resumeWindowMs: 300, awayAfterMs: 50 })
  const bo = await Client.join(t, url, 'r')
  const ada = new Resuming(t, url)
  await ada.join()
  await bo.next('ready')
  ada.terminate()
  t.strictSame(await bo.next('peer-left'), { type: 'peer-left', peerId: ada.peerId, reason: 'expired' })
  await ada.resume()
  t.equal(ada.lastError, 'resume-gone')
})

t.test('a leave, a close with 1000 and a hostile client give the seat up at once', async (t) => {
  const { url } = await startService(t)
  const bo = await Client.join(t, url, 'r')
  for (const [end, reason] of [
    [(ada: Resuming) => ada.send({ type: 'leave' }), 'left'],
    [(ada: Resuming) => ada.socket?.send('{"type":"leave"}'), 'left'],
    [(ada: Resuming) => ada.socket?.close(1000), 'left'],
    [(ada: Resuming) => ada.socket?.send(Buffer.from([1])), 'disconnected'],
    // What no WebSocket, or too much, is closed by the library, and not by us.
    [(ada: Resuming) => ada.socket?.send('x'.repeat(70_000)), 'disconnected'],
    [(ada: Resuming) => ada.socket?.send(Buffer.from([0xff]), { binary: false }), 'disconnected'],
  ] as const) {
    const ada = new Resuming(t, url)
    await ada.join()
    await bo.next('ready')
    end(ada)
    t.match(await bo.next('peer-left'), { reason })
  }
})

t.test('a seat that its owner has never heard of is held for nobody', async (t) => {
  const { url } = await startService(t)
  const bo = await Client.join(t, url, 'r')
  const ada = await Client.connect(t, url)
  ada.send({ type: 'join', roomId: 'r', resume: true })
  // As if this had been lost.
  await ada.next('joined')
  ada.socket.terminate()
  await bo.next('ready')
  t.match(await bo.next('peer-left'), { reason: 'disconnected' })
  const again = new Resuming(t, url)
  await again.join()
  t.match(await bo.next('ready'), { peerId: again.peerId })
})

t.test('a resume over a socket that has a seat is refused, and costs nothing', async (t) => {
  const { url } = await startService(t)
  const [ada, bo] = await joinPair(t, url)
  for (const message of [ada.resumeMessage(1), { ...bo.resumeMessage(1) }]) {
    ada.told.length = 0
    ada.socket?.send(JSON.stringify(message))
    t.match(await ada.untilType('error'), [{ code: 'bad-message' }])
  }
  ada.send({ type: 'offer', sdp: 'still here' })
  t.match(await bo.untilType('offer'), [{ sdp: 'still here' }])
  t.notOk(bo.told.some(({ type }) => type === 'peer-left'))
})

t.test('after a resync who is away is said once more', async (t) => {
  const { url } = await startService(t, { maxReplayMessages: 2, awayAfterMs: 50 })
  const [ada, bo, cy] = [new Resuming(t, url), new Resuming(t, url), new Resuming(t, url)]
  for (const member of [ada, bo, cy]) await member.join({ capacity: 3 })
  await ada.untilType('ready', 2)
  ada.terminate()
  await bo.untilType('peer-away')
  cy.terminate()
  await bo.untilType('peer-away', 2)
  for (let k = 0; k < 5; k += 1) bo.send({ type: 'update', name: `Bo ${k}` })
  while (bo.unacknowledged > 0) await new Promise((resolve) => setTimeout(resolve, 20))
  await ada.resume()
  t.equal(ada.resyncs, 1)
  t.match(await ada.untilType('peer-away'), [{ peerId: cy.peerId }])
  t.strictSame(ada.faults, [])
})

t.test('what cannot be taken is told in its place, once, and does not hold up what follows', async (t) => {
  const { url } = await startService(t)
  const [ada, bo] = await joinPair(t, url)
  ada.send({ type: 'offer', to: 'nobody', id: 'x' })
  ada.send({ type: 'update', name: 5 })
  ada.send({ type: 'dance' })
  ada.send({ type: 'offer', sdp: 'taken' })
  await bo.untilType('offer')
  t.match(await ada.untilType('error', 3), [
    { code: 'peer-not-found', id: 'x', n: 1, seq: /./ },
    { code: 'bad-message', n: 2, seq: /./ },
    { code: 'unknown-type', n: 3, seq: /./ },
  ])
  for (const [text, code] of [
    ['{"type":"offer"}', 'bad-message'],
    ['{"type":"offer","n":1.5}', 'bad-message'],
    ['{"type":"offer","n":"5"}', 'bad-message'],
    ['{"type":"offer","n":99}', 'out-of-order'],
    ['{"type":"ack","seq":"999999"}', 'bad-message'],
    ['{"type":"ack"}', 'bad-message'],
    ['no json', 'not-json'],
  ] as const) {
    ada.told.length = 0
    ada.socket?.send(text)
    const [error] = await ada.untilType('error')
    t.match(error, { code }, text)
    t.notOk(error !== undefined && 'seq' in error, 'beside the chain')
  }
  t.strictSame(ada.faults, [])
})

t.test('a reload takes its own seat, and a page that closes gives it up by a request', async (t) => {
  const { app, url } = await startService(t)
  const [ada, bo] = await joinPair(t, url)
  ada.terminate()
  const { key = '' } = ada.session ?? {}
  const again = new Resuming(t, url)
  const replace = { peerId: ada.peerId, attempt: 1, mac: macOf(key, 'replace', 'r', ada.peerId, 1) }
  await again.join({ replace })
  t.match(await bo.untilType('peer-left'), [{ peerId: ada.peerId, reason: 'replaced' }])
  t.match((await bo.untilType('ready', 2))[1], { peerId: again.peerId, isInitiator: false })
  const forger = await Client.connect(t, url)
  forger.send({ type: 'join', roomId: 'r', replace: { ...replace, peerId: bo.peerId } })
  t.match(await forger.next('error'), { code: 'resume-gone' })

  const body = (mac: string, attempt = 0): string => JSON.stringify({ roomId: 'r', peerId: again.peerId, attempt, mac })
  const post = async (payload: string, type = 'text/plain;charset=UTF-8') =>
    (await app.inject({ method: 'POST', url: '/leave', payload, headers: { 'content-type': type } })).statusCode
  const mac = macOf(again.session?.key ?? '', 'leave', 'r', again.peerId, 0)
  t.equal(await post(body(macOf(again.session?.key ?? '', 'resume', 'r', again.peerId, 0))), 403, 'for another purpose')
  t.equal(await post('{'), 400)
  t.equal(await post(body(mac, -1)), 400)
  t.equal(await post(body(mac, 2 ** 53)), 400, 'nothing is higher than the highest')
  t.equal(await post('x'.repeat(3000)), 413)
  t.equal(await post(body(mac), 'image/png'), 415)
  t.equal(bo.told.filter(({ type }) => type === 'peer-left').length, 1)
  t.equal(await post(body(mac)), 204)
  t.match(await bo.untilType('peer-left', 2), [{}, { peerId: again.peerId, reason: 'left' }])
  t.equal(await post(body(mac)), 204, 'twice is once')
})

t.test('forged, replayed, truncated and foreign resumes are refused, and the victim notices nothing', async (t) => {
  const { url } = await startService(t, { ...unhurried, maxMalformedMessages: 1_000_000, joinTimeoutMs: 600_000 })
  const [ada, bo] = await joinPair(t, url)
  ada.terminate()
  await ada.resume()
  const recorded = JSON.stringify(ada.resumeMessage(ada.attempt))
  const next: Record<string, unknown> = { ...ada.resumeMessage(ada.attempt + 1) }
  const { mac } = next
  const hostile = await Client.connect(t, url)
  const codes = new Map<string, number>()
  const attempts = 100_000
  for (let k = 0; k < attempts; k += 1) {
    const forged = { ...next }
    const how = k % 8
    if (how === 0) forged['mac'] = macOf(`${k}`, 'resume', 'r', ada.peerId, ada.attempt + 1, ada.seq)
    else if (how === 1) forged['mac'] = String(mac).slice(0, k % 43)
    else if (how === 2) forged['attempt'] = ada.attempt + 2 + k
    else if (how === 3) forged['roomId'] = `r${k}`
    else if (how === 4) forged['peerId'] = bo.peerId
    else if (how === 5) forged['seq'] = String(k)
    else if (how === 6) forged['mac'] = `${String(mac).startsWith('A') ? 'B' : 'A'}${String(mac).slice(1)}`
    // As it was recorded, to the byte.
    hostile.send(how === 7 ? recorded : forged)
    if (k % 500 === 499) {
      await hostile.settle()
      for (const message of await hostile.rest()) {
        if (message.type === 'error') codes.set(message.code, (codes.get(message.code) ?? 0) + 1)
        else t.fail(message.type)
      }
    }
  }
  t.comment(`${attempts} tried: ${JSON.stringify(Object.fromEntries(codes))}`)
  t.equal((codes.get('resume-gone') ?? 0) + (codes.get('resume-stale') ?? 0), attempts)
  t.equal(codes.get('resume-stale'), attempts / 8)
  bo.send({ type: 'offer', sdp: 'still here' })
  t.match(await ada.untilType('offer'), [{ sdp: 'still here' }])
  t.strictSame([ada.faults, bo.faults, bo.told.filter(({ type }) => type === 'peer-left')], [[], [], []])
})
