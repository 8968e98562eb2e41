import { type Static, Type } from '@sinclair/typebox'
import { ms } from './setting-kinds.js'

/** Where the rooms are: in this process, or in a store that several share. */
export const StoreConfig = Type.Object({
  redisUrl: Type.String({
    default: '',
    maxLength: 2048,
    isFileToo: true,
    form: 'an address such as redis://host:6379, rediss://user:password@host:6379/0, redis+sentinel://host:26379,host:26379/name or redis+cluster://host:6379,host:6379',
    description:
      'The Redis (7 or newer) or Valkey that all instances share, which then are one service. Empty: the rooms are in the memory of this one.',
  }),
  redisPrefix: Type.String({
    default: 'signalbox:',
    pattern: '^[\\w:.-]{1,64}$',
    form: 'up to 64 letters, digits and signs of _ : . -',
    description: 'What its keys and channels begin with: two services in one Redis have two.',
  }),
  redisTimeoutMs: ms(
    1000,
    'How long it may take to answer. Over it a `join` or `resume` is told to come again (1013).',
    50,
  ),
  leaseMs: ms(
    30_000,
    'The lease of a seat, where Redis is shared: how long its instance need not be heard of until its member has left. Who can resume is away then; its own lease, after which it has left, is its resume window and a third of this, where that is longer.',
    1000,
  ),
})
export type StoreConfig = Static<typeof StoreConfig>
