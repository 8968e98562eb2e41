import fc from 'fast-check'

/** What messages are made of, as JSON texts; what stands between `@` is as in a `Template`. */

const text = (value: string): string => JSON.stringify(value)
export const repeated = (unit: string, count: number): string => text(unit.repeat(count))

const characters = [
  'a',
  'Z',
  '0',
  ' ',
  '\t',
  '\n',
  '\u0000',
  '\u0007',
  '\u007f',
  '\u0085',
  '\u00ad',
  '\u061c',
  'é',
  'e\u0301',
  '中',
  '😀',
  '\ud800',
  '\udc00',
  '\u200b',
  '\u200c',
  '\u200d',
  '\u200e',
  '\u2028',
  '\u202e',
  '\u2066',
  '\ufeff',
  '\u{e0067}',
  '"',
  '\\',
  '<',
]
const words = fc
  .array(fc.constantFrom(...characters), { maxLength: 70, size: 'max' })
  .map((parts) => text(parts.join('')))

export const scalars = fc.constantFrom(
  'null',
  'true',
  'false',
  '0',
  '-0',
  '1',
  '-1',
  '1.5',
  '1.0',
  '1e400',
  '-1e400',
  '1E-400',
  '1e2',
  '9007199254740991',
  '9007199254740993',
  '1'.repeat(400),
  '""',
  '"x"',
  '"\\ud800"',
  '"\\udc00\\ud83d"',
  '"\\u0000"',
  '"\u2028\u2029"',
  '"\u202eoga"',
  '"\ufeff"',
  '"\\/\\b\\f"',
  '"__proto__"',
  '"constructor"',
  '"@A@"',
  '"@S@"',
  '"@ROOM@"',
  '"}"',
  '"]},{\\""',
  '"\\\\"',
  '"v=0\\r\\no=- 1 1 IN IP4 0.0.0.0\\r\\n"',
)
export const names = fc.constantFrom(
  '"type"',
  '"to"',
  '"\\u0074o"',
  '"t\\u006F"',
  '"from"',
  '"\\u0066rom"',
  '"FROM"',
  '"n"',
  '"\\u006e"',
  '"seq"',
  '"prev"',
  '"id"',
  '"gen"',
  '"sdp"',
  '"candidate"',
  '"proof"',
  '"rebuild"',
  '"peerId"',
  '"isInitiator"',
  '"__proto__"',
  '"__pr\\u006fto__"',
  '"constructor"',
  '"prototype"',
  '"toString"',
  '"hasOwnProperty"',
  '"toJSON"',
  '"then"',
  '"length"',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '"\u2028"',
  '"a\\"b"',
  '"\\\\"',
  '"😀"',
)
export const space = fc.oneof(
  { weight: 12, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom(' ', '\n', '\t', '\r\n  ') },
)

export const { value } = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    { weight: 6, arbitrary: scalars },
    { weight: 1, arbitrary: words },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(',')}]`) },
    { weight: 2, arbitrary: tie('object') },
  ),
  object: fc
    .array(fc.tuple(names, space, tie('value')), { maxLength: 3 })
    .map((members) => `{${members.map(([name, gap, inner]) => `${name}${gap}:${inner}`).join(',')}}`),
}))

/** @param levels  of lists and objects, one in the other */
export const nested = (levels: number, pattern: number): string => {
  const open = Array.from({ length: levels }, (_, k) => ((pattern >> (k % 8)) & 1 ? '[' : '{"a":'))
  const close = open.map((bracket) => (bracket === '[' ? ']' : '}')).reverse()
  return `${open.join('')}0${close.join('')}`
}
export const deep = (least: number, most: number): fc.Arbitrary<string> =>
  fc.tuple(fc.integer({ min: least, max: most }), fc.nat(255)).map(([levels, pattern]) => nested(levels, pattern))

export const rooms = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('"@ROOM@"', '" @ROOM@\\n"', '"\u2003@ROOM@"') },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '"other"',
      '1001',
      '1001.0',
      '"1001"',
      '-0',
      '1e400',
      '""',
      '" \\t"',
      'null',
      '{}',
      '["@ROOM@"]',
      'true',
      '"__proto__"',
      '"constructor"',
      '"a\\u0000b"',
      '"\\ud800"',
      '"\u202e"',
      '"😀"',
      repeated('x', 64),
      repeated('x', 65),
      text(` ${'x'.repeat(64)} `),
      repeated('😀', 32),
      repeated('😀', 33),
    ),
  },
  { weight: 1, arbitrary: words },
)
export const callings = fc.oneof(
  { weight: 3, arbitrary: words },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '"Ada"',
      '""',
      'null',
      '5',
      '{}',
      '"__proto__"',
      repeated('x', 64),
      repeated('x', 65),
      repeated('e\u0301', 64),
      repeated('e\u0301', 65),
      repeated('\u202e', 200),
      repeated('\u0344', 33),
      repeated(' ', 100),
      repeated('\u200d', 70),
    ),
  },
)
export const metadata = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .array(fc.tuple(names, value), { maxLength: 4 })
      .map((all) => `{${all.map((pair) => pair.join(':')).join(',')}}`),
  },
  { weight: 1, arbitrary: deep(6, 10) },
  { weight: 1, arbitrary: fc.integer({ min: 1010, max: 1030 }).map((bytes) => `{"a":${repeated('x', bytes - 8)}}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'null',
      '[]',
      '5',
      '"x"',
      '{}',
      `{"a":${repeated('é', 508)}}`,
      `{"a":${repeated('é', 509)}}`,
      nested(3000, 1),
    ),
  },
)
export const media = fc.constantFrom(
  '{}',
  '{"mic":true}',
  '{"mic":true,"camera":false,"screen":true,"smell":true}',
  '{"mic":1}',
  'null',
  '[]',
  '{"__proto__":{"mic":5}}',
  '{"mic":null}',
)
export const flags = fc.constantFrom('true', 'false', 'true', 'null', '1', '"true"')
export const addressees = fc.constantFrom(
  '"@A@"',
  '"@A@"',
  '"@B@"',
  '"@S@"',
  '"AAAAAAAAAAAAAAAAAAAAAA"',
  '""',
  '5',
  'null',
  '"__proto__"',
  '["@A@"]',
)
export const ids = fc.constantFrom(
  '"mine"',
  '7',
  '-0',
  '1.5',
  '1e400',
  'null',
  '{}',
  '""',
  repeated('x', 128),
  repeated('x', 129),
  '"\\ud800"',
)
export const numbers = fc.oneof(
  { weight: 30, arbitrary: fc.constant('@N@') },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '@BEHIND@',
      '@BEHIND@',
      '@BEHIND@',
      '@AHEAD@',
      '@AHEAD@',
      '0',
      '-1',
      '1.5',
      '"@N@"',
      'null',
      '1e400',
      '9007199254740992',
      '@N@.0',
      '[@N@]',
    ),
  },
)
