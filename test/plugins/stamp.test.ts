import fc from 'fast-check'
import t from 'tap'
import { Stamp } from '../../plugins/signaling/stamp.js'

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
