import fc from 'fast-check'
import t from 'tap'
import { Chained, Stamp } from '../../plugins/signaling/stamp.js'

const me = new Stamp('me')
const read = (text: string) => JSON.parse(me.on(Buffer.from(text), JSON.parse(text)).toString())

t.test('what the sender wrote is kept byte for byte behind the from of the server', async (t) => {
  const text = ' \n{ "type":"ice" , "a" : [1.0, "\\u00e9é"] } '
  t.equal(
    me.on(Buffer.from(text), JSON.parse(text)).toString(),
    '{"from":"me", "type":"ice" , "a" : [1.0, "\\u00e9é"] } ',
  )
})

t.test('from and to are taken out wherever they stand, however they are written, and only at the top', async (t) => {
  for (const [text, expected] of [
    ['{"to":"x","type":"ice"}', { type: 'ice' }],
    ['{"type":"ice","to":"x"}', { type: 'ice' }],
    ['{"type":"ice","to":"x","a":1,"from":{"b":[1,{"c":"}"}]},"d":2}', { type: 'ice', a: 1, d: 2 }],
    ['{"\\u0074o":"x","to":"y","type":"ice","from":"\\\\\\"}"}', { type: 'ice' }],
    ['{"type":"ice","a":{"to":"x","from":"y"},"to":null}', { type: 'ice', a: { to: 'x', from: 'y' } }],
    ['{ "to" : [ ] , "type" : "ice" }', { type: 'ice' }],
    ['{"type":"ice","too":1,"t":"to","to":true}', { type: 'ice', too: 1, t: 'to' }],
  ] as const) {
    t.strictSame(read(text), { ...expected, from: 'me' }, text)
  }
})

t.test('on any object the result is that object with from, and without to', async (t) => {
  const keys = fc.oneof(fc.constantFrom('to', 'from', 'type', '__proto__', 'a"}', 'ключ'), fc.string())
  const json = fc.dictionary(keys, fc.jsonValue(), { minKeys: 1, maxKeys: 8 })
  fc.assert(
    fc.property(json, fc.nat(2), (object, indent) => {
      const text = JSON.stringify({ ...object, type: 'ice' }, undefined, indent)
      const { to: _to, from: _from, ...rest } = JSON.parse(text)
      const result = read(text)
      const { from, ...others } = result
      if (from !== 'me' || JSON.stringify(others) !== JSON.stringify(rest)) throw new Error(JSON.stringify(result))
    }),
    { numRuns: 2000 },
  )
  t.pass('held on 2000 random objects')
})

t.test("likewise with long strings full of escapes, and with numbers, which are the server's then", async (t) => {
  const text = fc.string({ unit: fc.constantFrom('"', '\\', 'a', 'é', '\n', '{', ','), minLength: 20, maxLength: 90 })
  const message = fc.tuple(text, text, text, fc.boolean()).map(([key, value, to, isFirst]) => {
    const rest = { type: 'offer', [key]: value, list: [value, { n: 1, to }] }
    return isFirst ? { to, n: 1, ...rest } : { ...rest, n: 1, to }
  })
  fc.assert(
    fc.property(message, (whole) => {
      const frame = Buffer.from(JSON.stringify(whole))
      const { to: _to, n, ...rest } = whole
      const expected = (more: object) => JSON.stringify({ from: 'me', ...more })
      const numbered = me.on(frame, whole, true).toString()
      if (numbered !== expected(rest)) throw new Error(numbered)
      const plain: unknown = JSON.parse(me.on(frame, whole).toString())
      t.strictSame(plain, { from: 'me', ...rest, n })
    }),
    { numRuns: 500 },
  )
})

t.test('to and n are taken off the end as they are taken out elsewhere', async (t) => {
  const likeKeys = fc.constantFrom(
    ...['n', 'to', '"n"', ',"n":7', '"to"', '\\u006e', '"', '\\', 'é', ',"to":"you","n":7'],
  )
  const body = fc.dictionary(likeKeys, fc.oneof(likeKeys, fc.jsonValue()), { maxKeys: 4 })
  const owned = fc.record({ to: fc.oneof(fc.constant('you'), likeKeys), n: fc.nat() }, { requiredKeys: ['n'] })
  const expectRest = (whole: { n?: number; to?: string }, isNumbered: boolean) => {
    const { to: _to, n: _n, ...rest } = whole
    const on = me.on(Buffer.from(JSON.stringify(whole)), whole, isNumbered).toString()
    if (on !== JSON.stringify({ from: 'me', ...rest })) throw new Error(on)
  }
  fc.assert(
    fc.property(body, likeKeys, owned, (inner, text, { to, n }) => {
      const rest = { type: 'offer', [`x${text}`]: text, inner, [`y${text}`]: [text], ...(to !== undefined && { to }) }
      expectRest({ ...rest, n }, true)
      expectRest(rest, false)
    }),
    { numRuns: 1000 },
  )
  t.pass('held on 1000 messages')
})

t.test('what is twice there is taken off all the same', async (t) => {
  for (const text of [
    '{"n":1,"type":"ice","n":7}',
    '{"n":1,"type":"ice","\\u006e":5,"n":7}',
    '{"type":"ice","to":"a","n":1,"to":"you","n":7}',
    '{"type":"ice","\\u0074o":"a","to":"you","n":7}',
    '{"type":"ice","from":"a","to":"you","n":7}',
    '{"type":"ice","to":"you","n":7,"from":"a"}',
    '{"type":"ice","to":"you", "n":7}',
    '{"type":"ice","to":"you","n":7 }',
    '{"type":"ice","n":7,"to":"you"}',
    ' {"type":"ice","to":"you","n":7}',
    '{"type":"ice","to":null,"n":7}',
    '{"type":"ice","to":"null","n":7.0}',
  ]) {
    const on = me.on(Buffer.from(text), JSON.parse(text), true).toString()
    t.strictSame(JSON.parse(on), { from: 'me', type: 'ice' }, text)
    t.notMatch(on, /"(n|to|\\u006e|\\u0074o)":|"a"/, text)
  }
})

t.test('a place in the order overrules what the sender has put there, in every byte', async (t) => {
  for (const text of ['{"type":"ice"}', '{"a":"é😀"} \n', '{"seq":"9","prev":"8"}']) {
    const chained = new Chained(Buffer.from(text), { seq: '1000-17', prev: '999-0' })
    const out = Buffer.alloc(chained.length + 4, 0x2e)
    chained.put(out, 2)
    t.equal(out.toString(), `..${text.trim().slice(0, -1)},"seq":"1000-17","prev":"999-0"}..`)
  }
})
