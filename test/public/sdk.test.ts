import t from 'tap'
import { BackOff } from '../../public/sdk/back-off.js'
import { CallError, callErrors } from '../../public/sdk/call-error.js'
import { CandidateQueue, ufragsOf } from '../../public/sdk/candidate-queue.js'
import { mayReturn } from '../../public/sdk/close-code.js'
import { candidateOf, decodeFrame, sdpOf } from '../../public/sdk/decode-message.js'
import { EarlySignals } from '../../public/sdk/early-signals.js'
import { Emitter } from '../../public/sdk/emitter.js'
import { mediaErrorCode } from '../../public/sdk/media.js'
import { assignSlots, slots } from '../../public/sdk/slots.js'
import { webSocketUrl } from '../../public/sdk/web-socket-url.js'
import { closeCodes } from '../../schemas/index.js'

function decodeMessage(data: unknown) {
  const { message, error } = decodeFrame(data)
  if (error !== undefined) throw error
  return message
}

const sdp = (...ufrags: string[]) => `v=0\r\n${ufrags.map((ufrag) => `a=ice-ufrag:${ufrag}\r\n`).join('')}`
const candidate = (text: string, usernameFragment?: string) => ({
  candidate: text,
  usernameFragment: usernameFragment ?? null,
})

t.test('an announcement is read as far as it is one', async (t) => {
  const read = (fields: object) => decodeMessage(JSON.stringify({ type: 'announcement', ...fields }))
  const whole = { text: 'Soon <b>over</b>', data: { at: 10 } }
  t.strictSame(read(whole), { type: 'announcement', ...whole })
  t.strictSame(read({ text: 1, data: ['x'] }), { type: 'announcement' })
})

t.test('candidates before the description are held, and come back in their order', async (t) => {
  const queue = new CandidateQueue()
  t.notOk(queue.admit(candidate('a', 'one')))
  t.notOk(queue.admit(candidate('', 'one')), 'the end of candidates too')
  t.notOk(queue.admit(candidate('b')))
  t.strictSame(queue.describe(sdp('one')), [candidate('a', 'one'), candidate('', 'one'), candidate('b')])
  t.ok(queue.admit(candidate('c', 'one')), 'afterwards they go straight through')
  t.strictSame(queue.describe(sdp('one')), [], 'and none is given back twice')
})

t.test('candidates of an ICE generation that is to come wait; those of one that is gone are dropped', async (t) => {
  const queue = new CandidateQueue()
  queue.describe(sdp('one'))
  t.notOk(queue.admit(candidate('early', 'two')))
  t.strictSame(queue.describe(sdp('two')), [candidate('early', 'two')])
  t.notOk(queue.admit(candidate('late', 'one')))
  t.strictSame(queue.describe(sdp('three')), [])
})

t.test('what is held is bounded', async (t) => {
  const queue = new CandidateQueue()
  for (let n = 0; n < 1000; n += 1) queue.admit(candidate(`${n}`))
  const held = queue.describe(sdp('one'))
  t.equal(held.length, 256)
  t.equal(held.at(-1)?.candidate, '999')
  t.strictSame([...ufragsOf(sdp('a+b/', 'c'))], ['a+b/', 'c'])
})

t.test('signals that overtake their ready are kept for it, within bounds', async (t) => {
  const early = new EarlySignals()
  const offer = { type: 'offer', from: 'a', sdp: 'x' } as const
  const ice = { type: 'ice', from: 'a', candidate: null } as const
  early.hold(offer)
  early.hold(ice)
  t.strictSame(early.take('a'), [offer, ice])
  t.strictSame(early.take('a'), [])
  early.hold(offer)
  early.forget('a')
  t.strictSame(early.take('a'), [])
  for (let sender = 0; sender < 100; sender += 1)
    for (let n = 0; n < 200; n += 1) early.hold({ type: 'ice', from: `${sender}`, candidate: null })
  t.equal(early.take('0').length, 128)
  t.equal(early.take('99').length, 0)
})

t.test('back-off is random below a ceiling that doubles up to its maximum', async (t) => {
  const ceilings = new BackOff({ firstMs: 500, maxMs: 3000, random: () => 1 })
  t.strictSame(
    [1, 2, 3, 4, 5].map(() => ceilings.nextMs()),
    [500, 1000, 2000, 3000, 3000],
  )
  t.equal(new BackOff({ random: () => 0 }).nextMs(), 0)
})

t.test('whether to come back after a close is what the list of close codes says', async (t) => {
  for (const { code, retry } of Object.values(closeCodes)) t.equal(mayReturn(code), retry, `${code}`)
  for (const code of [1000, 1001, 1005, 1006, 1014, 4100]) t.ok(mayReturn(code), `${code}`)
  t.notOk(mayReturn(4099), 'a 40xx that is not known yet')
})

t.test('messages are read, unknown types passed over, broken ones refused', async (t) => {
  t.strictSame(decodeMessage('{"type":"ready","isInitiator":true,"peerId":"p","name":"Ada","new":1}'), {
    type: 'ready',
    isInitiator: true,
    peerId: 'p',
    name: 'Ada',
  })
  t.match(
    decodeMessage('{"type":"joined","roomId":"r","peers":1,"peerId":"p","members":[{"peerId":"q"}],"capacity":2}'),
    { members: [{ peerId: 'q' }] },
  )
  t.strictSame(decodeMessage('{"type":"peer-left","peerId":"p","reason":"some new reason"}'), {
    type: 'peer-left',
    peerId: 'p',
    reason: 'disconnected',
  })
  for (const type of ['full', 'left', 'error', 'offer', 'answer', 'ice']) {
    t.match(decodeMessage(JSON.stringify({ type, roomId: 'r', code: 'c', message: 'm', from: 'p' })), { type })
  }
  t.equal(decodeMessage('{"type":"from-the-future"}'), undefined)
  for (const data of [
    '',
    '[]',
    'null',
    '{"type":"ready"}',
    '{"type":"offer"}',
    '{"type":"joined","roomId":"r","peers":1,"peerId":"p"}',
    new ArrayBuffer(2),
  ]) {
    t.throws(() => decodeMessage(data), { name: 'CallError', code: 'protocol' })
  }
})

t.test('descriptions and candidates are read as this SDK and other clients write them', async (t) => {
  t.equal(sdpOf('v=0'), 'v=0')
  t.equal(sdpOf({ type: 'offer', sdp: 'v=0' }), 'v=0')
  for (const value of [undefined, null, 5, {}, []]) t.throws(() => sdpOf(value), { code: 'protocol' })
  t.equal(candidateOf(null), undefined)
  t.strictSame(candidateOf({ candidate: '', sdpMid: '0', sdpMLineIndex: 0, usernameFragment: 'u', more: 1 }), {
    candidate: '',
    sdpMid: '0',
    sdpMLineIndex: 0,
    usernameFragment: 'u',
  })
  for (const value of ['candidate:…', 5, [], { sdpMid: '0' }]) t.throws(() => candidateOf(value), { code: 'protocol' })
})

t.test('slots take the first transceiver of their kind, whatever else there is', async (t) => {
  const transceiver = (kind: string) => ({ receiver: { track: { kind } } })
  const [video, audio, more] = [transceiver('video'), transceiver('audio'), transceiver('audio')]
  t.strictSame(
    [...assignSlots([video, audio, more])],
    [
      ['mic', audio],
      ['camera', video],
      ['screen-audio', more],
    ],
  )
  const four = [transceiver('audio'), transceiver('video'), transceiver('video'), transceiver('audio')]
  t.strictSame([...assignSlots(four).keys()], slots, 'those that an initiator lays down, in their order')
  t.strictSame([...assignSlots([more])], [['mic', more]])
  t.equal(assignSlots([]).size, 0)
})

t.test('the address of the WebSocket follows the page', async (t) => {
  for (const [url, base, expected] of [
    ['ws', 'http://localhost:3000/#room=1', 'ws://localhost:3000/ws'],
    ['ws', 'https://example.org/calls/?a#b', 'wss://example.org/calls/ws'],
    ['wss://other.example/ws', 'http://localhost/', 'wss://other.example/ws'],
    ['https://other.example/ws#x', 'http://localhost/', 'wss://other.example/ws'],
  ] as const) {
    t.equal(webSocketUrl(url, base).href, expected)
  }
})

t.test('an emitter tells everybody who listens, and nobody any more', async (t) => {
  class Counter extends Emitter<{ count: number }> {
    count(n: number): void {
      this.emit('count', n)
    }
  }
  const counter = new Counter()
  const heard: string[] = []
  const stop = counter.on('count', (n) => heard.push(`a${n}`))
  const abort = new AbortController()
  counter.on('count', (n) => heard.push(`b${n}`), { signal: abort.signal })
  counter.on('count', (n) => heard.push(`c${n}`), { once: true })
  counter.addEventListener('count', ({ detail }) => heard.push(`d${detail}`))
  counter.count(1)
  stop()
  stop()
  abort.abort()
  counter.count(2)
  t.strictSame(heard, ['a1', 'b1', 'c1', 'd1', 'd2'])
})

t.test('whatever the service calls its error, it is one of the list', async (t) => {
  for (const code of ['constructor', '__proto__', 'toString', '', 'of a newer service'])
    t.match(CallError.ofService({ code, message: 'no' }), { code: 'rejected', retryable: false, serviceCode: code })
})

t.test('every error of the SDK has its text and says whether a retry makes sense', async (t) => {
  for (const [code, { message, retryable }] of Object.entries(callErrors)) {
    t.ok(message.length > 10, code)
    t.type(retryable, 'boolean')
  }
  const error = new CallError('room-full', 'mine', { cause: 1 })
  t.match(error, { name: 'CallError', code: 'room-full', message: /mine/, retryable: true, cause: 1 })
  t.strictSame(['NotAllowedError', 'NotFoundError', 'NotReadableError', 'SomethingNew'].map(mediaErrorCode), [
    'media-denied',
    'media-not-found',
    'media-in-use',
    'unsupported',
  ])
})
