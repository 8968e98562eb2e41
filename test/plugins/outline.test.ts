import fc from 'fast-check'
import t from 'tap'
import { parseEnvelope, typeOf, validate } from '../../plugins/signaling/decode.js'
import { outlineOf } from '../../plugins/signaling/outline.js'
import { Stamp } from '../../plugins/signaling/stamp.js'

const me = new Stamp('me')
const candidate = {
  candidate: 'candidate:1 1 udp 1677729535 203.0.113.77 51972 typ srflx raddr 192.0.2.144 rport 51972 generation 0',
  sdpMid: '0',
  sdpMLineIndex: 0,
  usernameFragment: 'HA/E',
}

/** What comes of it where each message is parsed; undefined where that is an error, or not one to be passed on. */
function parsed(frame: Buffer) {
  try {
    const envelope = parseEnvelope(frame)
    const message = validate(envelope, typeOf(envelope))
    const { to } = message as { to?: string }
    return { type: message.type, to, n: envelope.n, hasId: Object.hasOwn(message, 'id'), message }
  } catch {
    return undefined
  }
}

/** Throws unless it is the same as with a parser, to the byte, whether it is known to be plain or not. @returns whether it is outlined */
function compare(text: string): boolean {
  const isOutlined = compareAs(text, false)
  if (isPlain(text) && compareAs(text, true) !== isOutlined) throw new Error(`not both: ${text}`)
  return isOutlined
}

function isPlain(text: string): boolean {
  return [...text].every((letter) => letter >= ' ' && letter !== '\\')
}

function compareAs(text: string, isKnownAsPlain: boolean): boolean {
  const frame = Buffer.from(text)
  const outline = outlineOf(frame, isKnownAsPlain)
  if (outline === undefined) return false
  const whole = parsed(frame)
  if (whole === undefined) throw new Error(`is taken: ${text}`)
  const { type, to, n } = outline
  const read = JSON.stringify([type, to, n, false])
  const expected = JSON.stringify([whole.type, whole.to, whole.n, whole.hasId])
  if (read !== expected) throw new Error(`${text} is ${expected}, and not ${read}`)
  for (const isNumbered of [false, true]) {
    const passedOn = me.on(frame, outline, isNumbered).toString()
    if (passedOn !== me.on(frame, whole.message, isNumbered).toString()) throw new Error(`${text} → ${passedOn}`)
  }
  return true
}

t.test('what clients send is outlined', async (t) => {
  for (const message of [
    { type: 'ice', candidate },
    { type: 'ice', candidate, to: 'GvQ6kX', gen: 3, n: 17 },
    { type: 'ice', to: 'GvQ6kX', candidate: null, n: 1 },
    { n: 1, to: 'Zoë', type: 'ice', candidate },
    { to: 'x', n: 0, type: 'answer', sdp: 'v=0\r\n"\\\u0007é😀' },
    { type: 'restart', rebuild: true },
    { type: 'keep', proof: ['a', [], {}, -1.5e-7, 0, 10, false, { b: { c: [{}] } }], to: '' },
    { type: 'offer', sdp: 'v=0\r\n'.repeat(600), n: Number.MAX_SAFE_INTEGER - 9_007_199_254_740_000 },
  ]) {
    t.ok(compare(JSON.stringify(message)), JSON.stringify(message).slice(0, 80))
  }
})

t.test('what is not as usual, or not right, is left to the parser', async (t) => {
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`
  const fields = (count: number) => Array.from({ length: count }, (_, k) => `"k${k}":${k},`).join('')
  for (const text of [
    '',
    '{',
    '{}',
    '[]',
    '{"type":"ice"',
    '{"type":"ice"}}',
    '{"type":"ice"} ',
    ' {"type":"ice"}',
    '{ "type":"ice"}',
    '{"type": "ice"}',
    '{"type":"ice","a":[1, 2]}',
    '{"type":"ice",}',
    '{"type":"ice","a":[1,]}',
    '{"type":"ice","a":{"b":1,}}',
    '{"type":"join"}',
    '{"type":"icy"}',
    '{"type":ice}',
    '{"type":["ice"]}',
    '{"type":"ice","type":"ice"}',
    '{"t\\u0079pe":"ice"}',
    '{"type":"ic\\u0065"}',
    '{"type":"ice","to":null}',
    '{"type":"ice","to":"a\\u0062"}',
    '{"type":"ice","to":"a","to":"b"}',
    '{"type":"ice","from":"a"}',
    '{"type":"ice","id":1}',
    '{"type":"ice","n":"1"}',
    '{"type":"ice","n":-1}',
    '{"type":"ice","n":1.0}',
    '{"type":"ice","n":1e2}',
    '{"type":"ice","n":1,"n":2}',
    '{"type":"ice","n":9007199254740993}',
    ...[
      '01',
      '-',
      '1.',
      '.5',
      '1e',
      '1e+',
      '+1',
      'tru',
      'True',
      'nul',
      'falsee',
      'NaN',
      '"\\x"',
      '"\\u12g4"',
      '"\\',
      '"',
      '"\t"',
    ].map((value) => `{"type":"ice","a":${value}}`),
    `{"type":"ice","a":${deep(16)}}`,
    `{${fields(32)}"type":"ice"}`,
  ]) {
    t.equal(outlineOf(Buffer.from(text)), undefined, text)
    if (isPlain(text)) t.equal(outlineOf(Buffer.from(text), true), undefined, text)
  }
  t.ok(compare(`{"type":"ice","a":${deep(15)}}`), 'just not too deep')
  t.ok(compare(`{${fields(31)}"type":"ice"}`), 'just not too many fields')
})

const keys = fc.constantFrom('to', 'n', 'candidate', 'sdp', 'gen', 'a"b', '__proto__', 'from', 'id', 'ключ')
const usual = fc.record(
  { type: fc.constantFrom('ice', 'offer', 'answer', 'keep', 'restart', 'join'), to: fc.string(), n: fc.nat() },
  { requiredKeys: ['type'] },
)
const messages = fc
  .tuple(usual, fc.dictionary(keys, fc.jsonValue({ maxDepth: 4 }), { maxKeys: 4 }), fc.boolean())
  .map(([message, more, isFirst]) => JSON.stringify(isFirst ? { ...message, ...more } : { ...more, ...message }))

t.test('whatever comes, it is the same as with a parser', async (t) => {
  let outlined = 0
  fc.assert(
    fc.property(messages, (text) => {
      if (compare(text)) outlined += 1
    }),
    { numRuns: 5000 },
  )
  t.ok(outlined > 1000, `${outlined} of 5000 were outlined`)
})

t.test('likewise with a character changed, put in or taken out', async (t) => {
  let outlined = 0
  const change = fc.record({
    text: messages,
    at: fc.nat(),
    count: fc.nat(2),
    put: fc.constantFrom(
      '',
      '"',
      '\\',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      ' ',
      '0',
      '1',
      '-',
      '.',
      'e',
      'n',
      'u',
      '\u0000',
      '\n',
      'é',
    ),
  })
  fc.assert(
    fc.property(change, ({ text, at, count, put }) => {
      const place = at % text.length
      if (compare(text.slice(0, place) + put + text.slice(place + count))) outlined += 1
    }),
    { numRuns: 10_000 },
  )
  t.ok(outlined > 400, `${outlined} of 10,000 were outlined`)
})

t.test('likewise of long strings, with something at any place of them', async (t) => {
  let outlined = 0
  const special = fc.constantFrom(
    '"',
    '\\',
    '\\"',
    '\\r\\n',
    '\\u00e9',
    '\\u00g9',
    '\\x',
    '\u001f',
    '\u0080',
    '😀',
    '"}',
    '\\',
  )
  const long = fc.record({
    key: fc.string({ minLength: 1, maxLength: 5 }),
    length: fc.integer({ min: 240, max: 520 }),
    puts: fc.array(fc.tuple(fc.nat(), special), { maxLength: 3 }),
    end: fc.constantFrom('"}', '","n":7}', '"', ''),
  })
  fc.assert(
    fc.property(long, ({ key, length, puts, end }) => {
      let text = 'v='.repeat(length / 2)
      for (const [at, put] of puts) text = text.slice(0, at % text.length) + put + text.slice(at % text.length)
      if (compare(`{"type":"offer",${JSON.stringify(key)}:"${text}${end}`)) outlined += 1
    }),
    { numRuns: 5000 },
  )
  t.ok(outlined > 500 && outlined < 4500, `${outlined} of 5000 were outlined`)
})
