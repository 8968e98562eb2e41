import type { Client } from './client.js'
import { type Message, requireMatch, requireNone, textIn } from './message.js'
import { Mismatch, shown } from './mismatch.js'
import type { Row } from './row.js'
import type { Trial } from './trial.js'

/** Who is who: `joined` carries a `peerId`. */
export const identityRows: readonly Row[] = [
  {
    name: 'peer-id',
    says: "`joined` carries a `peerId` of one's own, which nobody has or gets again, also who joins once more.",
    stands: 'joined',
    async holds(trial) {
      const { roomId, ada, bo } = await named(trial)
      const again = await trial.enter(ada, roomId)
      const ids = [ada.joined, bo.joined, again].map((joined) => textIn(joined, 'peerId'))
      if (new Set(ids).size < ids.length) throw new Mismatch('three different peerIds', shown(ids))
    },
  },
  {
    name: 'members',
    says: '`joined` carries the others in `members`, with the names that they have given, and the `capacity`: 2, if nothing else was asked for.',
    stands: 'joined',
    async holds(trial) {
      const roomId = trial.newRoom()
      const ada = await trial.join(roomId, { name: 'Ada' })
      requireMatch({ members: [], capacity: 2 }, ada.joined)
      const { joined } = await trial.join(roomId, { name: 'Bo' })
      requireMatch({ members: [{ peerId: ada.joined['peerId'], name: 'Ada' }], capacity: 2 }, joined)
    },
  },
  {
    name: 'about-whom',
    says: '`ready` and `peer-left` carry the `peerId` that they are about, `ready` also the name, and `peer-left` the reason.',
    stands: 'ready',
    async holds(trial) {
      const { roomId, ada, bo } = await named(trial)
      bo.send({ type: 'leave' })
      await ada.expect({ type: 'peer-left', peerId: bo.joined['peerId'], reason: 'left' })
      const cy = await trial.join(roomId)
      requireNone(await ada.expect({ type: 'ready', peerId: cy.joined['peerId'] }), 'name')
      cy.socket.terminate()
      await ada.expect({ type: 'peer-left', peerId: cy.joined['peerId'], reason: 'disconnected' })
    },
  },
  {
    name: 'from',
    says: '`from` is who has sent it, whatever the sender wrote there, and `to` does not reach the addressee.',
    stands: 'Relay',
    async holds(trial) {
      const { ada, bo } = await named(trial)
      const [adaId, boId] = [ada.joined['peerId'], bo.joined['peerId']]
      for (const type of ['offer', 'answer', 'ice']) {
        bo.send({ from: adaId, type, to: adaId, deep: { from: 'x', to: 'y' } })
        const wanted = { type, from: boId, deep: { from: 'x', to: 'y' } }
        requireNone(await ada.expect(wanted), 'to')
      }
    },
  },
  {
    name: 'unknown-fields',
    says: 'Fields that the server does not know are no reason to refuse a `join` or a `leave`.',
    stands: 'What a client sends',
    async holds(trial) {
      const unknown = { 'x-conform': { deep: [1] }, peers: 7, isInitiator: true }
      const ada = await trial.join(trial.newRoom(), unknown, 0)
      ada.send({ type: 'leave', ...unknown })
      await ada.expect({ type: 'left' })
    },
  },
]

type Joined = Client & { readonly joined: Message }

async function named(trial: Trial): Promise<{ roomId: string; ada: Joined; bo: Joined }> {
  const roomId = trial.newRoom()
  const ada = await trial.join(roomId, { name: 'Ada' })
  const bo = await trial.join(roomId, { name: 'Bo' })
  await bo.expect({ type: 'ready', peerId: ada.joined['peerId'], name: 'Ada' })
  await ada.expect({ type: 'ready', peerId: bo.joined['peerId'], name: 'Bo' })
  return { roomId, ada, bo }
}
