import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import fc from 'fast-check'
import t from 'tap'
import { insidesOf } from '../../../plugins/frames/ws-insides.js'
import { makeCertificates } from '../../certificates.js'
import { shakeHands } from '../../tls-client.js'
import { type EchoOptions, startEcho, talk } from './echo-server.js'
import { conversation, cut, encode, op, textFrame } from './random-frames.js'

const deflate = ['Sec-WebSocket-Extensions: permessage-deflate']

t.test('whatever bytes come, and however they are cut, all is as with ws alone', async (t) => {
  const [plain, quick] = [await startEcho(t, { isQuick: false }), await startEcho(t, { isQuick: true })]
  const seenKinds = new Set<string>()
  await fc.assert(
    fc.asyncProperty(conversation, async ({ frames, pieces }) => {
      const bytes = cut(Buffer.concat(frames.map(encode)), pieces)
      const [expected, seen] = [await talk(plain, bytes), await talk(quick, bytes)]
      for (const event of seen.events) seenKinds.add(event.replace(/^(message \w+|\w+) .*/s, '$1'))
      if (JSON.stringify(seen) !== JSON.stringify(expected))
        throw new Error(`${JSON.stringify(seen, undefined, 1)}\nand not\n${JSON.stringify(expected, undefined, 1)}`)
    }),
    { numRuns: 400 },
  )
  t.ok(quick.quick.count >= 400)
  t.strictSame([...seenKinds].sort(), ['close', 'error', 'message false', 'message true', 'ping', 'pong'])
})

t.test('likewise over TLS', async (t) => {
  const { authority, keyFile, certificateFile } = makeCertificates(t.testdir())
  const key = readFileSync(keyFile)
  const server = () => createServer({ key, cert: readFileSync(certificateFile) })
  const plain = await startEcho(t, { isQuick: false, server: server() })
  const quick = await startEcho(t, { isQuick: true, server: server() })
  const open = (port: number) => shakeHands(`wss://127.0.0.1:${port}`, { ca: authority })
  await fc.assert(
    fc.asyncProperty(conversation, async ({ frames, pieces }) => {
      const bytes = cut(Buffer.concat(frames.map(encode)), pieces)
      const [expected, seen] = [await talk(plain, bytes, open), await talk(quick, bytes, open)]
      if (JSON.stringify(seen) !== JSON.stringify(expected)) throw new Error(JSON.stringify([seen, expected]))
    }),
    { numRuns: 30 },
  )
  t.ok(quick.quick.count >= 30)
})

t.test('what is said after a close frame, or by ws itself, is in the same order', async (t) => {
  const ping = encode({
    isFinal: true,
    reserved: 0,
    opcode: op.ping,
    lengthBytes: 1,
    mask: [0, 0, 0, 1],
    payload: Buffer.from('?'),
  })
  const close = encode({
    isFinal: true,
    reserved: 0,
    opcode: op.close,
    lengthBytes: 1,
    mask: [1, 0, 0, 1],
    payload: Buffer.from([3, 232]),
  })
  const [plain, quick] = [await startEcho(t, { isQuick: false }), await startEcho(t, { isQuick: true })]
  for (const pieces of [
    [Buffer.concat([textFrame('one'), ping, textFrame('two'), ping])],
    [Buffer.concat([textFrame('one'), close, textFrame('two')])],
    [textFrame('one'), Buffer.concat([close, textFrame('two')]), textFrame('three')],
    [Buffer.concat([textFrame('x'.repeat(8192)), textFrame('y'.repeat(8193)), textFrame('two')])],
    [Buffer.concat(Array.from({ length: 500 }, (_, n) => textFrame(`${n} ${'é'.repeat(n)}`)))],
    [],
  ]) {
    t.strictSame(await talk(quick, pieces), await talk(plain, pieces))
  }
})

t.test('where the insides of ws, or its options, are others it is left alone, and all is as before', async (t) => {
  for (const ws of [{ allowSynchronousEvents: false }, { skipUTF8Validation: true }, { perMessageDeflate: true }]) {
    const quick: EchoOptions = { isQuick: true, ws }
    const [a, b] = [await startEcho(t, { isQuick: false, ws }), await startEcho(t, quick)]
    const pieces = [textFrame('one'), textFrame(Buffer.from([0xff])), textFrame('two'), textFrame('z'.repeat(3000))]
    const [expected, seen] = [await talk(a, pieces, undefined, deflate), await talk(b, pieces, undefined, deflate)]
    // What is compressed is sent when it is done, if the socket is still there by then.
    t.strictSame(seen.events, expected.events)
    if (!('perMessageDeflate' in ws)) t.equal(seen.received, expected.received)
    t.equal(b.quick.count, 0, JSON.stringify(ws))
  }
})

t.test('each part that is leant on is looked at', async (t) => {
  const echo = await startEcho(t, { isQuick: false })
  const talking = talk(echo, [textFrame('one')])
  while (echo.sockets.length === 0) await new Promise(setImmediate)
  const [socket] = echo.sockets
  if (socket === undefined) throw new Error('no socket')
  t.ok(insidesOf(socket))
  for (const [part, key, other] of [
    ['_receiver', '_state', undefined],
    ['_receiver', '_bufferedBytes', '0'],
    ['_receiver', '_fragmented', undefined],
    ['_receiver', '_errored', undefined],
    ['_receiver', '_maxPayload', undefined],
    ['_receiver', '_isServer', false],
    ['_receiver', 'write', () => true],
    ['_sender', 'sendFrame', undefined],
    ['_socket', 'end', () => {}],
  ] as const) {
    const owner: object = Reflect.get(socket, part)
    const was = Object.getOwnPropertyDescriptor(owner, key)
    Object.defineProperty(owner, key, { value: other, configurable: true, writable: true })
    t.equal(insidesOf(socket), undefined, `${part}.${key}`)
    if (was === undefined) Reflect.deleteProperty(owner, key)
    else Object.defineProperty(owner, key, was)
  }
  for (const part of ['_receiver', '_sender', '_socket']) {
    const was: unknown = Reflect.get(socket, part)
    Reflect.set(socket, part, {})
    t.equal(insidesOf(socket), undefined, part)
    Reflect.set(socket, part, was)
  }
  t.ok(insidesOf(socket))
  await talking
})
