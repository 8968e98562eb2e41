import fc from 'fast-check'
import Fastify from 'fastify'
import fp from 'fastify-plugin'
import t from 'tap'
import type {} from '../../plugins/rooms/plugin.js'
import type { ServerMessage } from '../../schemas/index.js'
import { service } from '../../src/signalbox.js'
import { Client, listen, manyFromHere, urlOf } from '../helper.js'

/** What one client knows after all the messages it got: its room, and each pair it is in. */
interface View {
  readonly room: string | undefined
  readonly peerId: string
  readonly capacity: number
  readonly pairs: ReadonlyMap<string, boolean>
}

t.test('whatever the interleaving of joins, leaves and closes, the members agree at rest', async (t) => {
  const host = Fastify()
  // Without its encapsulation, to look at the rooms.
  await host.register(fp(service), { ...manyFromHere, maxRoomCapacity: 4, share: () => {} })
  await listen(t, host)
  const url = urlOf(host)
  const who = fc.nat(7)
  const action = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('join' as const),
        who,
        room: fc.constantFrom('a', 'b'),
        capacity: fc.integer({ min: 2, max: 4 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('leave' as const), who }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const), who }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('break' as const), who }) },
  )

  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
      const clients = await Promise.all(Array.from({ length: 8 }, () => Client.connect(t, url)))
      for (const step of actions) {
        const client = clients[step.who]
        if (client === undefined) continue
        if (step.kind === 'close') client.socket.close()
        else if (step.kind === 'break') client.socket.terminate()
        else if (client.socket.readyState === client.socket.OPEN) {
          client.send(
            step.kind === 'join' ? { type: 'join', roomId: step.room, capacity: step.capacity } : { type: 'leave' },
          )
        }
      }

      const gone = clients.filter((client) => client.socket.readyState !== client.socket.OPEN)
      await Promise.all(gone.map((client) => client.closed))
      const present = clients.filter((client) => !gone.includes(client))
      // The sockets that broke are seen by the server in its own time: everybody still there must hear of it.
      const views = await settledViews(present)
      for (const view of views) checkAgainstOthers(view, views)

      for (const client of present) client.socket.close()
      await Promise.all(present.map((client) => client.closed))
      while (host.signaling.sockets > 0) await new Promise((resolve) => setImmediate(resolve))
      const { rooms, seats } = host.rooms.size
      if (rooms > 0 || seats > 0) throw new Error(`${rooms} rooms and ${seats} seats are left`)
    }),
    { numRuns: 60 },
  )
  t.pass('held on 60 random histories of 8 sockets')
})

/** Reads until two looks in a row, a round trip apart, agree with each other on who is there. */
async function settledViews(clients: Client[]): Promise<View[]> {
  const logs = new Map(clients.map((client) => [client, [] as ServerMessage[]]))
  for (let round = 0; round < 50; round += 1) {
    let isQuiet = true
    for (const [client, log] of logs) {
      const news = await client.rest()
      if (news.length > 0) isQuiet = false
      log.push(...news)
    }
    const views = Array.from(logs.values(), viewOf)
    const known = new Set(views.map((view) => view.peerId))
    if (isQuiet && views.every((view) => [...view.pairs.keys()].every((peerId) => known.has(peerId)))) return views
  }
  throw new Error('somebody gone is still listed')
}

function viewOf(log: readonly ServerMessage[]): View {
  let room: string | undefined
  let peerId = ''
  let capacity = 0
  let pairs = new Map<string, boolean>()
  for (const message of log) {
    switch (message.type) {
      case 'joined':
        ;({ roomId: room, peerId, capacity } = message)
        pairs = new Map()
        break
      case 'ready':
        if (pairs.has(message.peerId)) throw new Error('ready twice for one pair')
        pairs.set(message.peerId, message.isInitiator)
        break
      case 'peer-left':
        if (!pairs.delete(message.peerId)) throw new Error('a stranger left')
        break
      case 'full':
      case 'left':
        room = undefined
        pairs = new Map()
        break
      default:
        if (message.type !== 'error' || message.code !== 'not-joined') throw new Error(`unexpected ${message.type}`)
    }
  }
  return { room, peerId, capacity, pairs }
}

function checkAgainstOthers(view: View, views: readonly View[]): void {
  if (view.room === undefined) return
  const others = views.filter((other) => other !== view && other.room === view.room)
  if (others.length + 1 > view.capacity) throw new Error('over its capacity')
  if (view.pairs.size !== others.length) throw new Error('somebody is left out')
  for (const other of others) {
    const mine = view.pairs.get(other.peerId)
    if (mine === undefined || mine === other.pairs.get(view.peerId)) throw new Error('not exactly one initiator')
  }
}
