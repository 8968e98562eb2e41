import { EventEmitter, once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as elapse } from 'node:timers/promises'
import t from 'tap'
import { Pace } from '../../plugins/signaling/pace.js'
import { defaultsOf, Limits } from '../../schemas/index.js'
import { Client, startService } from '../helper.js'
import { maskedFrame, RawClient } from '../raw-client.js'

t.test('so many at once, and from then on so many a second', async (t) => {
  const waits: { readonly begunMs: number; endMs?: number }[] = []
  const pauses = new EventEmitter()
  const limits = { ...defaultsOf(Limits), maxMessagesPerSecond: 50, messageBurst: 100, overloadMs: 1000 }
  const pace = new Pace(limits, 0, {
    pause: () => void waits.push({ begunMs: performance.now() }),
    goOn: () => pauses.emit('over', performance.now()),
  })
  for (let k = 0; k < 100; k += 1) pace.take(1, 0)
  t.notOk(pace.isStopped)
  // The timer of the pace does not keep a process alive.
  const alive = setTimeout(() => {}, 10_000)
  const over = once(pauses, 'over')
  pace.take(1, 0)
  pace.take(1, 0)
  t.ok(pace.isStopped)
  const [endMs] = await over
  clearTimeout(alive)
  t.equal(waits.length, 1)
  t.ok(endMs - (waits[0]?.begunMs ?? 0) >= 19, 'the first that is owed is to be waited for')
  t.notOk(pace.isStopped)

  t.notOk(pace.isOver(999))
  pace.take(1, 500)
  t.ok(pace.isOver(1030), 'time enough, and not recovered; time does not go back')
})

t.test('it is not over for who has recovered: half of what may come at once may do so again', async (t) => {
  const limits = { ...defaultsOf(Limits), maxMessagesPerSecond: 50, messageBurst: 100, overloadMs: 1000 }
  const pace = new Pace(limits, 0, { pause: () => {}, goOn: () => {} })
  for (let k = 0; k < 101; k += 1) pace.take(1, 0)
  t.ok(pace.isStopped)
  t.ok(pace.isOver(1010), 'a message is missing at half')
  t.notOk(pace.isOver(1030))
  t.notOk(pace.isOver(5000))
})

t.test('in a larger room more may come at once', async (t) => {
  const limits = { ...defaultsOf(Limits), maxMessagesPerSecond: 50, messageBurst: 100 }
  const pace = new Pace(limits, 0, { pause: () => {}, goOn: () => {} })
  pace.take(1, 0)
  pace.seated(8)
  for (let k = 0; k < 279; k += 1) pace.take(1, 0)
  t.notOk(pace.isStopped)
  pace.take(1, 0)
  t.ok(pace.isStopped)
})

t.test(
  'who sends too much is read more slowly, and loses nothing; its partner and others notice nothing',
  async (t) => {
    const { url } = await startService(t, { maxMessagesPerSecond: 200, messageBurst: 50 })
    const [ada, bo] = [await Client.join(t, url, 'r'), await Client.join(t, url, 'r')]
    await bo.next('ready')
    const [cy, di] = [await Client.join(t, url, 's'), await Client.join(t, url, 's')]
    await cy.next('ready')
    await di.next('ready')
    const startMs = performance.now()
    for (let k = 0; k < 250; k += 1) ada.send({ type: 'offer', sdp: `${k}` })
    for (let k = 0; k < 10; k += 1) {
      const sentMs = performance.now()
      cy.send({ type: 'offer', sdp: 'quick' })
      await di.next('offer')
      t.ok(performance.now() - sentMs < 500)
    }
    for (let k = 0; k < 250; k += 1) t.match(await bo.next('offer'), { sdp: `${k}` })
    const ms = performance.now() - startMs
    t.ok(ms > 700, `${Math.round(ms)} ms for 250 messages`)
    await ada.settle()
  },
)

t.test('likewise by bytes', async (t) => {
  const { url } = await startService(t, { maxBytesPerSecond: 100_000, byteBurst: 100_000 })
  const [ada, bo] = [await Client.join(t, url, 'r'), await Client.join(t, url, 'r')]
  await bo.next('ready')
  const startMs = performance.now()
  for (let k = 0; k < 10; k += 1) ada.send({ type: 'offer', sdp: 'x'.repeat(20_000) })
  for (let k = 0; k < 10; k += 1) await bo.next('offer')
  t.ok(performance.now() - startMs > 700)
})

t.test('who goes on like that is closed with 4100, also while it is not read; who stops is not', async (t) => {
  const { url } = await startService(t, { maxMessagesPerSecond: 50, messageBurst: 10, overloadMs: 1000 })
  const pest = await Client.join(t, url, 'r')
  let isOver = false
  const flood = (async () => {
    while (!isOver) {
      for (let k = 0; k < 20; k += 1) pest.send({ type: 'offer', sdp: 'x' })
      await elapse(50)
    }
  })()
  const lively = await Client.join(t, url, 's')
  for (let k = 0; k < 30; k += 1) lively.send({ type: 'offer', sdp: 'x' })
  t.match(await pest.closed, { code: 4100 })
  isOver = true
  await flood
  await elapse(1200)
  await lively.settle()
  t.equal(lively.socket.readyState, 1)
})

t.test('pings and pongs count, too', async (t) => {
  const { url } = await startService(t, { maxMessagesPerSecond: 50, messageBurst: 10, overloadMs: 500 })
  const pests = [await Client.join(t, url, 'r'), await Client.join(t, url, 's')]
  const lively = await Client.join(t, url, 't')
  const flood = setInterval(() => {
    for (let k = 0; k < 5; k += 1) {
      pests[0]?.socket.ping()
      pests[1]?.socket.pong()
    }
  }, 50)
  t.teardown(() => clearInterval(flood))
  for (const pest of pests) t.match(await pest.closed, { code: 4100 })
  await lively.settle()
})

t.test('of what has come at once no more is looked at than may be', async (t) => {
  const { url } = await startService(t, { maxMessagesPerSecond: 50, messageBurst: 10 })
  const lively = await Client.join(t, url, 'r')
  const pest = await RawClient.connect(t, url)
  let bytes = 0
  pest.socket.on('data', (chunk) => {
    bytes += chunk.length
  })
  pest.socket.write(Buffer.concat(Array<Buffer>(10_000).fill(maskedFrame(0x89, []))))
  await once(pest.socket, 'data')
  for (let k = 0; k < 5; k += 1) await lively.settle()
  t.ok(bytes < 2 * 1000, `${bytes / 2} of 10,000 pings were answered`)
})

for (const { what, isAsked } of [
  { what: 'for its pace', isAsked: false },
  { what: 'until its application has answered', isAsked: true },
]) {
  t.test(`who is stopped again at the last of what has come is not read on: ${what}`, async (t) => {
    const application = new EventEmitter()
    const asked = once(application, 'asked')
    const authorize = async () => {
      application.emit('asked')
      await once(application, 'answered')
      return {}
    }
    const limits = { maxMessagesPerSecond: 5, messageBurst: 10 }
    const { app, url } = await startService(t, { ...limits, ...(isAsked && { authorize }) })
    const { url: elsewhere } = await startService(t)
    const lively = await Client.join(t, elsewhere, 'r')
    const accepted = once(app.server, 'connection')
    const pest = await RawClient.connect(t, url)
    const [socket]: Socket[] = await accepted
    // The last but one is too much, the last waits for its time.
    const many = Array<Buffer>(11).fill(maskedFrame(0x81, Array.from(Buffer.from('{"type":"pong"}'))))
    const join = maskedFrame(0x81, Array.from(Buffer.from('{"type":"join","roomId":"r"}')))
    pest.socket.write(Buffer.concat([...many, join]))
    await lively.settle()
    for (let k = 0; k < 30_000; k += 1) pest.socket.write(Buffer.concat(many))
    await (isAsked ? asked : pest.firstText())
    for (let k = 0; k < 10; k += 1) await lively.settle()
    t.ok((socket?.bytesRead ?? Infinity) < 500_000, `${socket?.bytesRead} bytes were read`)
    application.emit('answered')
  })
}

t.test('who is let go on a hundred times has no more in store than at first', async (t) => {
  const { app, url } = await startService(t, { maxMessagesPerSecond: 200, messageBurst: 10 })
  const accepted = once(app.server, 'connection')
  const pest = await RawClient.connect(t, url)
  const [socket]: Socket[] = await accepted
  pest.socket.write(maskedFrame(0x81, Array.from(Buffer.from('{"type":"join","roomId":"r"}'))))
  t.match(await pest.firstText(), /joined/)
  const bo = await Client.join(t, url, 'r')
  await bo.next('ready')
  const many = Buffer.concat(
    Array<Buffer>(400).fill(maskedFrame(0x81, Array.from(Buffer.from('{"type":"ice","candidate":null}')))),
  )
  for (let k = 0; k < 1000; k += 1) pest.socket.write(many)
  for (let k = 0; k < 110; k += 1) await bo.next('ice')
  t.ok((socket?.bytesRead ?? Infinity) < 500_000, `${socket?.bytesRead} bytes were read`)
})

t.test('of who sends too much and goes nothing is lost either', async (t) => {
  const { url } = await startService(t, { maxMessagesPerSecond: 50, messageBurst: 10 })
  const pest = await RawClient.connect(t, url)
  const bo = await Client.join(t, url, 'r')
  const text = (message: object) => maskedFrame(0x81, Array.from(Buffer.from(JSON.stringify(message))))
  const many = Array.from({ length: 30 }, (_, k) => text({ type: 'offer', sdp: `${k}` }))
  const goodbye = maskedFrame(0x88, [3, 232])
  pest.socket.write(text({ type: 'join', roomId: 'r' }))
  await bo.next('ready')
  pest.socket.end(Buffer.concat([...many, goodbye]))
  for (let k = 0; k < 30; k += 1) t.match(await bo.next('offer'), { sdp: `${k}` })
  t.match(await bo.next('peer-left'), { reason: 'left' })
})

t.test('who is closed and goes on sending is not read any faster', async (t) => {
  const { app, url } = await startService(t, { closeTimeoutMs: 500 })
  const accepted = once(app.server, 'connection')
  const pest = await RawClient.connect(t, url)
  const [socket]: Socket[] = await accepted
  // A frame that is not text, and then 8 MB that are.
  pest.socket.write(maskedFrame(0x82, [0]))
  const many = Buffer.concat(Array<Buffer>(1000).fill(maskedFrame(0x81, [0x7b, 0x7d])))
  for (let k = 0; k < 1000; k += 1) pest.socket.write(many)
  t.equal(await pest.closeCode(), 1003)
  await pest.ended
  t.ok((socket?.bytesRead ?? Infinity) < 500_000, `${socket?.bytesRead} of ${pest.socket.bytesWritten} bytes were read`)
})

t.test('a larger room lets more come at once', async (t) => {
  const { url } = await startService(t, { maxMessagesPerSecond: 1, messageBurst: 10 })
  const [ada, bo] = [await Client.join(t, url, 'r', { capacity: 8 }), await Client.join(t, url, 'r')]
  await bo.next('ready')
  const startMs = performance.now()
  for (let k = 0; k < 150; k += 1) ada.send({ type: 'offer', sdp: 'x' })
  for (let k = 0; k < 150; k += 1) await bo.next('offer')
  t.ok(performance.now() - startMs < 5000)
})
