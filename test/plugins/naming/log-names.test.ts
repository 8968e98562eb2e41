import { inspect } from 'node:util'
import { pino } from 'pino'
import t from 'tap'
import { LogNames } from '../../../plugins/naming/log-names.js'

/** What a logger of this level writes. */
function written(level: string, log: (log: pino.Logger) => void): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = []
  log(pino({ level }, { write: (line) => void lines.push(JSON.parse(line)) }))
  return lines
}

t.test('a room has one name in all lines of a process, and says nothing of its id', async (t) => {
  const names = new LogNames({ logIds: 'hashed' })
  const [first, second, other, address] = written('info', (log) => {
    log.info(names.of({ roomId: '1001', peerId: 'p1' }), 'peer joined')
    log.info({ roomId: names.room('1001') }, 'peer left')
    log.info({ roomId: names.room('1002') })
    log.info({ address: names.address('1001') })
  })
  t.match(first, { roomId: /^#[\w-]{12}$/, peerId: 'p1', msg: 'peer joined' })
  t.equal(second?.['roomId'], first?.['roomId'])
  t.not(other?.['roomId'], first?.['roomId'])
  t.not(address?.['address'], first?.['roomId'], 'an address is something else, also if it is written alike')
})

t.test('nor does it have another one when many others have been named meanwhile', async (t) => {
  const names = new LogNames({ logIds: 'hashed' })
  const before = `${names.room('1001')}`
  const others = Array.from({ length: 3000 }, (_, n) => `${names.room(`room ${n}`)}`)
  t.equal(`${names.room('1001')}`, before)
  t.equal(new Set([before, ...others]).size, 3001)
})

t.test('the key is another one in each process', async (t) => {
  const [one, another] = [new LogNames({ logIds: 'hashed' }), new LogNames({ logIds: 'hashed' })]
  t.not(`${one.room('1001')}`, `${another.room('1001')}`)
})

t.test('however a logger writes it, the text itself does not come out', async (t) => {
  const name = new LogNames({ logIds: 'hashed' }).room('secret-room')
  const hash = `${name}`
  t.equal(JSON.stringify({ name }), `{"name":"${hash}"}`)
  t.equal(inspect({ name }, { showHidden: true, depth: 9 }), `{ name: ${hash} }`)
  t.strictSame([Object.keys(name), Reflect.ownKeys(Object(name))], [[], []])
})

t.test('plain: as it is', async (t) => {
  const names = new LogNames({ logIds: 'plain' })
  t.strictSame([names.room('1001'), names.address('192.0.2.1')], ['1001', '192.0.2.1'])
})

t.test('below the level nothing is hashed', async (t) => {
  const names = new LogNames({ logIds: 'hashed' })
  let hashed = 0
  const toJSON = () => {
    hashed += 1
    return 'hashed'
  }
  const roomId = Object.assign(names.room('1001'), { toJSON })
  t.strictSame(
    written('warn', (log) => log.info({ roomId })),
    [],
  )
  t.equal(hashed, 0)
  t.match(
    written('info', (log) => log.info({ roomId })),
    [{ roomId: 'hashed' }],
  )
  t.equal(hashed, 1)
})
