import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import WebSocket, { WebSocketServer } from 'ws'
import { FrameWriter } from '../../../plugins/frames/frame-writer.js'
import { quicken } from '../../../plugins/frames/quicken.js'

interface Ends {
  readonly server: WebSocket
  readonly stream: Socket
  readonly client: WebSocket
  readonly writer: FrameWriter
  /** What the client has got. */
  readonly texts: string[]
}

async function connectEnds(t: Test, options = {}): Promise<Ends> {
  const wss = new WebSocketServer({ port: 0, host: '127.0.0.1', ...options })
  await once(wss, 'listening')
  const address = wss.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  let stream: Socket | undefined
  const accepted = new Promise<WebSocket>((resolve) => {
    wss.on('connection', (socket, request) => {
      stream = request.socket
      resolve(socket)
    })
  })
  const client = new WebSocket(`ws://127.0.0.1:${port}`)
  const texts: string[] = []
  client.on('message', (data) => texts.push(data.toString()))
  await once(client, 'open')
  const server = await accepted
  t.teardown(() => {
    client.terminate()
    server.terminate()
    wss.close()
  })
  if (stream === undefined) throw new Error('no stream')
  return { server, stream, client, writer: quicken(server), texts }
}

/** Counts how often a socket is written to, from now on. */
function countWrites(stream: Socket): { readonly count: number } {
  const writes = { count: 0 }
  const { write } = stream
  stream.write = (...args: unknown[]): boolean => {
    writes.count += 1
    return Reflect.apply(write, stream, args)
  }
  return writes
}

async function settle({ client }: Ends): Promise<void> {
  const pong = once(client, 'pong')
  client.ping()
  await pong
}

t.test('frames of one turn go out together, in their order, and are what they were', async (t) => {
  const ends = await connectEnds(t)
  const writes = countWrites(ends.stream)
  const frames = [
    '',
    'a',
    'é'.repeat(62),
    'é'.repeat(63),
    'x'.repeat(65_535),
    'x'.repeat(65_536),
    '😀'.repeat(20_000),
    'z',
  ]
  for (const frame of frames) ends.writer.write(frame)
  for (const frame of frames) ends.writer.write(Buffer.from(frame))
  await turn()
  t.ok(writes.count < frames.length, `${writes.count} writes`)
  await settle(ends)
  t.strictSame(ends.texts, [...frames, ...frames])

  const before = writes.count
  for (let n = 0; n < 100; n += 1) ends.writer.write(`${n}`)
  t.equal(writes.count, before)
  await turn()
  t.equal(writes.count, before + 1)
  await settle(ends)
  t.strictSame(
    ends.texts.slice(-100),
    Array.from({ length: 100 }, (_, n) => `${n}`),
  )
})

t.test('what puts itself there is written as long as it is, also where ws writes', async (t) => {
  const ends = await connectEnds(t)
  const frames = ['}', 'a}', `${'é'.repeat(62)}}`, `${'x'.repeat(65_520)}}`, `${'😀'.repeat(20_000)}}`]
  for (const writer of [ends.writer, new FrameWriter(ends.server, undefined)]) {
    for (const frame of frames) {
      const bytes = Buffer.from(frame)
      writer.write({ length: bytes.length, put: (out, at) => void out.set(bytes, at) })
    }
    await turn()
    await settle(ends)
    t.strictSame(ends.texts.splice(0), frames)
  }
})

t.test('nothing overtakes them', async (t) => {
  const ends = await connectEnds(t)
  const seen: string[] = []
  ends.client.on('message', (data) => seen.push(data.toString()))
  ends.client.on('ping', () => seen.push('ping'))
  ends.client.on('close', (code) => seen.push(`close ${code}`))
  ends.writer.write('1')
  ends.server.ping()
  ends.writer.write('2')
  ends.server.send('3')
  ends.writer.write('4')
  ends.server.close(4001)
  const { bytesWritten } = ends.stream
  ends.writer.write('never')
  ends.writer.flush()
  t.equal(ends.stream.bytesWritten, bytesWritten)
  await once(ends.client, 'close')
  t.strictSame(seen, ['1', 'ping', '2', '3', '4', 'close 4001'])
})

t.test('those for a client that has ended its side go out, and later ones nowhere', async (t) => {
  const ends = await connectEnds(t)
  ends.writer.write('last')
  ends.stream.emit('end')
  ends.writer.write('never')
  await once(ends.client, 'close')
  t.strictSame(ends.texts, ['last'])
})

t.test('what is written to a socket that is gone is dropped without a word', async (t) => {
  const ends = await connectEnds(t)
  ends.writer.write('x')
  ends.server.terminate()
  await turn()
  ends.writer.write('y')
  await turn()
  t.strictSame(ends.texts, [])
})

t.test('what waits is known to the byte, headers included', async (t) => {
  const { writer, stream, server } = await connectEnds(t)
  t.equal(writer.queuedBytes, 0)
  writer.write('é')
  writer.write(Buffer.alloc(126))
  t.equal(writer.queuedBytes, 2 + 2 + 4 + 126)
  t.notOk(writer.exceeds(134))
  t.equal(writer.queuedBytes, 134, 'so much may wait')
  t.notOk(writer.exceeds(133), 'what the kernel takes does not wait')
  t.equal(writer.queuedBytes, 0)
  // From here on the kernel has no room, as far as Node knows.
  stream.cork()
  writer.write('x'.repeat(60_000))
  t.equal(writer.queuedBytes, 60_004)
  writer.flush()
  t.equal(writer.queuedBytes, 60_004)
  t.equal(server.bufferedAmount, 60_004)
  writer.write('y'.repeat(70_000))
  t.equal(writer.queuedBytes, 60_004 + 70_010)
  t.ok(writer.exceeds(60_004 + 70_009))
  t.notOk(writer.exceeds(60_004 + 70_010))
  stream.uncork()
})

for (const { length, count } of [
  { length: 3000, count: 3000 },
  { length: 30_000, count: 400 },
]) {
  t.test(`memory that the kernel has not taken yet is not written to again: frames of ${length} bytes`, async (t) => {
    const ends = await connectEnds(t)
    const others = [await connectEnds(t), await connectEnds(t)]
    ends.client.pause()
    const frames = Array.from({ length: count }, (_, n) => `${n} ${String.fromCharCode(97 + (n % 26)).repeat(length)}`)
    for (const frame of frames) {
      ends.writer.write(frame)
      ends.writer.flush()
      for (const { writer } of others) writer.write('#'.repeat(length + 1000))
      await turn()
    }
    t.ok(ends.writer.queuedBytes > 1_000_000, `${ends.writer.queuedBytes} bytes wait`)
    ends.client.resume()
    while (ends.texts.length < frames.length) await turn()
    t.ok(ends.texts.every((text, n) => text === frames[n]))
  })
}

t.test('where ws compresses it is left to it', async (t) => {
  const ends = await connectEnds(t, { perMessageDeflate: { threshold: 0 } })
  t.equal(ends.server.extensions, 'permessage-deflate')
  const writes = countWrites(ends.stream)
  for (const frame of ['a', 'b'.repeat(2000)]) ends.writer.write(frame)
  ends.writer.write(Buffer.from('c'))
  await settle(ends)
  while (ends.texts.length < 3) await turn()
  t.strictSame(ends.texts, ['a', 'b'.repeat(2000), 'c'])
  t.ok(writes.count >= 3)
})
