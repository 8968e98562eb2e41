import fc from 'fast-check'
import {
  addressees,
  callings,
  deep,
  flags,
  ids,
  media,
  metadata,
  names,
  nested,
  numbers,
  repeated,
  rooms,
  space,
  value,
} from './message-parts.js'

/**
 * The texts of frames: mostly messages, written as nobody would. In them stand for what is known only when they are sent:
 * `@ROOM@` (the room of the scene), `@A@`, `@B@`, `@S@` (the other two, and the sender itself), `@N@` (the number that is
 * next), `@BEHIND@` and `@AHEAD@` (one lower, one higher), `@SEQ@` (a `seq` that was told).
 */
export type Template = string

type Field = readonly [name: string, share: number, value: fc.Arbitrary<string>]

/** @property share  of a hundred messages those that have the field */
const always = 100
const common: readonly Field[] = [
  ['id', 15, ids],
  ['n', 85, numbers],
]
const relayed: readonly Field[] = [...common, ['to', 45, addressees], ['from', 12, value], ['gen', 10, value]]
const fieldsOf: Readonly<Record<string, readonly Field[]>> = {
  join: [
    ['roomId', 90, rooms],
    ['name', 40, callings],
    ['metadata', 30, metadata],
    ['media', 20, media],
    ['updates', 20, flags],
    ['capacity', 30, fc.constantFrom('2', '3', '1', '16', '17', '1e9', '2.5', '"3"', 'null', '1e400', '0')],
    ['resume', 30, flags],
    [
      'replace',
      6,
      fc.constantFrom(
        '{"peerId":"@A@","attempt":1,"mac":"x"}',
        '{}',
        'null',
        '{"peerId":"@A@","attempt":-1,"mac":"x"}',
      ),
    ],
    ['token', 15, value],
    ['id', 20, ids],
  ],
  update: [['name', 50, callings], ['metadata', 50, metadata], ['media', 40, media], ...common],
  offer: [['sdp', 90, value], ...relayed],
  answer: [['sdp', 90, value], ...relayed],
  ice: [['candidate', 90, value], ...relayed],
  restart: [['rebuild', 50, value], ...relayed],
  keep: [['proof', 70, value], ...relayed],
  leave: common,
  resume: [
    ['roomId', 90, fc.constantFrom('"@ROOM@"', '""', '5', '"other"')],
    ['peerId', 95, fc.constantFrom('"@S@"', '"@A@"', '""', '5', repeated('x', 65))],
    ['attempt', 95, fc.constantFrom('1', '0', '-1', '1.5', '9007199254740991', '9007199254740992', '"1"', '1e400')],
    ['seq', 95, fc.constantFrom('"@SEQ@"', '"0"', '""', '0', repeated('x', 65))],
    [
      'mac',
      95,
      fc.constantFrom('"x"', '""', '5', repeated('A', 43), repeated('A', 65), '"\\u0000"', repeated('é', 43)),
    ],
    ['id', 15, ids],
  ],
  ack: [
    [
      'seq',
      95,
      fc.constantFrom(
        '"@SEQ@"',
        '"@SEQ@"',
        '"999999999"',
        '""',
        '"-1"',
        '"1e1"',
        '"01"',
        '0',
        'null',
        repeated('9', 64),
        repeated('9', 65),
      ),
    ],
    ['id', 15, ids],
  ],
  pong: [['id', 15, ids]],
  kick: [['peerId', 90, addressees], ...common],
  lock: [['knock', 60, flags], ...common],
  unlock: common,
  admit: [['peerId', 90, addressees], ...common],
  refuse: [['peerId', 90, addressees], ...common],
  'ice-servers': [
    ['roomId', 60, rooms],
    ['token', 8, value],
    ['id', 15, ids],
  ],
}

function messageOf(type: string): fc.Arbitrary<Template> {
  const fields = fieldsOf[type] ?? common
  const own = fields.map(([name, share, value]) =>
    fc.oneof(
      { weight: share, arbitrary: value.map((inner) => `"${name}":${inner}`) },
      { weight: always - share, arbitrary: fc.constant('') },
    ),
  )
  const foreign = fc.array(
    fc.tuple(names, value).map(([name, inner]) => `${name}:${inner}`),
    { maxLength: 2, size: 'xsmall' },
  )
  return fc.tuple(fc.tuple(...own), foreign, space, fc.nat(3)).map(([fields, more, gap, turn]) => {
    const members = [`"type":"${type}"`, ...fields, ...more].filter((member) => member !== '')
    // Mostly the type first; where it is not, others may come before it.
    const at = turn === 0 ? members.length >> 1 : 0
    return `${gap}{${gap}${[...members.slice(at), ...members.slice(0, at)].join(`${gap},`)}${gap}}${gap}`
  })
}

const many = fc
  .tuple(fc.constantFrom('ice', 'update', 'pong', 'leave', 'join'), fc.integer({ min: 29, max: 34 }))
  .map(([type, count]) => {
    const members = Array.from({ length: count - 2 }, (_, k) => `"f${k}":${k}`)
    return `{"type":"${type}","n":@N@,${members.join(',')}}`
  })
const tall = fc
  .tuple(fc.constantFrom('ice', 'offer', 'keep', 'update'), deep(13, 18))
  .map(([type, inner]) => `{"type":"${type}","n":@N@,"x":${inner}}`)
const large = fc
  .integer({ min: 20_000, max: 65_400 })
  .map((bytes) => `{"type":"offer","n":@N@,"sdp":"${'x'.repeat(bytes)}"}`)
const towering = fc.constantFrom(
  '['.repeat(30_000),
  `{"type":"ice","n":@N@,"x":${nested(9000, 0b1010)}}`,
  `{"type":"update","n":@N@,"metadata":${nested(9000, 0b1010)}}`,
)

const noJson = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'nope',
    '{',
    '}',
    '{"type":"offer"',
    '\ufeff{"type":"offer"}',
    "{'type':'offer'}",
    '{"type":"offer",}',
    '{"type":"offer"}x',
    '{"type":"\u0000"}',
    '{"type":"offer","n":01}',
    'NaN',
    '{"type":"offer","sdp":"\n"}',
    '{"type":"offer","sdp":"\\x"}',
    '\u0000',
    '{"type":"offer"}{"type":"leave"}',
  ),
  fc.string({ maxLength: 20 }),
)
const noObject = fc.oneof(
  value,
  fc.constantFrom(
    '[{"type":"offer"}]',
    '"join"',
    '{"TYPE":"offer"}',
    '{"__proto__":{"type":"offer"}}',
    '{"type":{"type":"offer"}}',
    '{"type":["offer"],"id":5}',
    '{"id":"mine"}',
  ),
)
const noType = fc
  .tuple(
    fc.constantFrom(
      '',
      'Join',
      'join ',
      'constructor',
      '__proto__',
      'toString',
      'joined',
      'error',
      'o\\u0000ffer',
      'hasOwnProperty',
      'ic',
      'ready',
    ),
    numbers,
    ids,
  )
  .map(([type, n, id]) => `{"type":"${type}","n":${n},"id":${id}}`)

const weights: Readonly<Record<string, number>> = {
  join: 4,
  leave: 2,
  offer: 20,
  answer: 12,
  ice: 25,
  restart: 6,
  keep: 8,
  update: 12,
}

/** One frame of somebody who knows the protocol, and means harm. */
export const template: fc.Arbitrary<Template> = fc.oneof(
  ...Object.keys(fieldsOf).map((type) => ({ weight: weights[type] ?? 2, arbitrary: messageOf(type) })),
  { weight: 3, arbitrary: many },
  { weight: 5, arbitrary: tall },
  { weight: 6, arbitrary: noJson },
  { weight: 6, arbitrary: noObject },
  { weight: 6, arbitrary: noType },
)
/** Those that take their time. */
export const heavyTemplate: fc.Arbitrary<Template> = fc.oneof(
  { weight: 4, arbitrary: large },
  { weight: 1, arbitrary: towering },
)

/** What the service does at once, so that all of it is done before what comes behind it. */
export const isSwift = (text: Template): boolean =>
  !/"(join|leave|ack|ice-servers|resume)"/.test(text) && text.length < 2000
