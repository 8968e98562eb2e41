import { once } from 'node:events'
import { connect, createServer, Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { isShared, shareReadBuffer } from '../../../plugins/frames/read-buffer.js'

/** The two ends of a connection: the first is the server's. */
async function connectEnds(t: Test): Promise<[Socket, Socket]> {
  const server = createServer({ allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
  const client = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1')
  const socket = await accepted
  t.teardown(() => {
    client.destroy()
    socket.destroy()
    server.close()
  })
  return [socket, client]
}

t.test('sockets read into the same memory, each its own', async (t) => {
  const pairs = [await connectEnds(t), await connectEnds(t)]
  const texts = ['', '']
  for (const [n, [socket]] of pairs.entries()) {
    socket.on('data', (chunk: Buffer) => {
      t.ok(isShared(chunk))
      texts[n] += chunk.toString()
    })
    t.ok(shareReadBuffer(socket))
  }
  for (let k = 0; k < 20; k += 1) {
    for (const [n, [, client]] of pairs.entries()) client.write(`${n}${k},`)
    await turn()
  }
  const expected = [0, 1].map((n) => Array.from({ length: 20 }, (_, k) => `${n}${k},`).join(''))
  while (texts.join('').length < expected.join('').length) await turn()
  t.strictSame(texts, expected)
})

t.test('what one more listener gets it can keep', async (t) => {
  const [socket, client] = await connectEnds(t)
  const kept: Buffer[] = []
  socket.on('data', () => {})
  t.ok(shareReadBuffer(socket))
  socket.on('data', (chunk: Buffer) => kept.push(chunk))
  for (let k = 0; k < 10; k += 1) {
    client.write(`${k}`)
    while (kept.length <= k) await turn()
  }
  t.equal(Buffer.concat(kept).toString(), '0123456789')
})

t.test('a paused one loses nothing, goes on in order, and its end is seen as ever', async (t) => {
  const [socket, client] = await connectEnds(t)
  let text = ''
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  t.ok(shareReadBuffer(socket))
  socket.pause()
  socket.unshift(Buffer.from('head '))
  client.write('a')
  while (socket.bytesRead < 1) await turn()
  client.write('b'.repeat(300_000))
  await turn()
  t.equal(text, '')
  socket.resume()
  client.write('c')
  while (!text.endsWith('c')) await turn()
  t.equal(text, `head a${'b'.repeat(300_000)}c`)
  socket.pause()
  client.end()
  await once(socket, 'end')
  t.pass('without being resumed')
})

t.test('a socket with other insides, or other readers, is left alone', async (t) => {
  class Derived extends Socket {}
  const derived = new Derived()
  derived.on('data', () => {})
  t.notOk(shareReadBuffer(derived))
  const unconnected = new Socket()
  unconnected.on('data', () => {})
  t.notOk(shareReadBuffer(unconnected), 'without a handle')

  const [socket] = await connectEnds(t)
  t.notOk(shareReadBuffer(socket), 'that nobody reads')
  socket.on('data', () => {})
  const hooks = Object.getOwnPropertySymbols(socket).filter(({ description }) =>
    /^kBuffer(Cb)?$/.test(description ?? ''),
  )
  t.equal(hooks.length, 2)
  for (const hook of hooks) {
    Reflect.set(socket, hook, undefined)
    t.notOk(shareReadBuffer(socket), String(hook.description))
    Reflect.set(socket, hook, null)
  }
  socket.on('data', () => {})
  t.notOk(shareReadBuffer(socket), 'that two read')
})
