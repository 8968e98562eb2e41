import type { Client } from './client.js'
import { expectError } from './expect-error.js'
import { isRecord, type Message, requireMatch } from './message.js'
import { Mismatch, shown } from './mismatch.js'
import type { Row } from './row.js'
import type { Trial } from './trial.js'

const capacity = 3

/** More than two in a room: `joined` has the `capacity` that was asked for. */
export const manyRows: readonly Row[] = [
  {
    name: 'pairs',
    says: 'In a room of three each pair gets one `ready` a side, the newcomer is the initiator of each, and `members` has the oldest first.',
    stands: 'Pairs',
    async holds(trial) {
      const roomId = trial.newRoom()
      const members: Joined[] = []
      for (let peers = 0; peers < capacity; peers += 1) {
        const newcomer = await trial.join(roomId, { capacity }, peers)
        requireMatch({ capacity }, newcomer.joined)
        const listed = newcomer.joined['members']
        const ids = Array.isArray(listed)
          ? listed.map((member) => (isRecord(member) ? member['peerId'] : member))
          : listed
        requireMatch({ members: members.map(idOf) }, { members: ids })
        await expectReady(members, newcomer)
        members.push(newcomer)
      }
      await trial.expectNothing(...members)
    },
  },
  {
    name: 'first-capacity',
    says: "The first one's `capacity` counts, not that of who comes later; the one too many gets `full`.",
    stands: 'join',
    async holds(trial) {
      const roomId = trial.newRoom()
      await trial.join(roomId, { capacity })
      requireMatch({ capacity }, (await trial.join(roomId, { capacity: 2 })).joined)
      requireMatch({ capacity }, (await trial.join(roomId, { capacity: 8 })).joined)
      requireMatch({ type: 'full', roomId }, await trial.ask(await trial.connect(), { roomId, capacity: 8 }))
    },
  },
  {
    name: 'to',
    says: '`to` names the addressee, and nobody else gets the message; without it, among several, it is an `error`; with one other left it is that one.',
    stands: 'Relay',
    async holds(trial) {
      const [ada, bo, cy] = await three(trial)
      bo.send({ type: 'offer', to: idOf(cy), sdp: 'for Cy' })
      await cy.expect({ type: 'offer', sdp: 'for Cy', from: idOf(bo) })
      bo.send({ type: 'offer', sdp: 'for whom?' })
      await expectError(bo, 'to-required')
      await trial.expectNothing(ada, bo, cy)
      cy.send({ type: 'leave' })
      await bo.expect({ type: 'peer-left', peerId: idOf(cy) })
      bo.send({ type: 'offer', sdp: 'for Ada' })
      await ada.expect({ type: 'peer-left', peerId: idOf(cy) })
      await ada.expect({ type: 'offer', sdp: 'for Ada', from: idOf(bo) })
    },
  },
  {
    name: 'unknown-to',
    says: 'A `to` that names nobody in the room, or the sender, is an `error`, and reaches nobody.',
    stands: 'Errors',
    async holds(trial) {
      const [ada, bo, cy] = await three(trial)
      const stranger = await trial.join(trial.newRoom())
      for (const to of ['nobody', idOf(stranger), idOf(bo)]) {
        bo.send({ type: 'ice', to })
        await expectError(bo, 'peer-not-found')
      }
      await trial.expectNothing(ada, bo, cy, stranger)
    },
  },
]

type Joined = Client & { readonly joined: Message }

function idOf({ joined }: Joined): unknown {
  return joined['peerId']
}

async function three(trial: Trial): Promise<readonly [Joined, Joined, Joined]> {
  const roomId = trial.newRoom()
  const ada = await trial.join(roomId, { capacity })
  const bo = await trial.join(roomId, { capacity })
  await expectReady([ada], bo)
  const cy = await trial.join(roomId, { capacity })
  await expectReady([ada, bo], cy)
  return [ada, bo, cy]
}

/** In which order the newcomer hears of those who are there is not said. */
async function expectReady(others: readonly Joined[], newcomer: Joined): Promise<void> {
  const due = new Set(others.map(idOf))
  while (due.size > 0) {
    const ready = await newcomer.expect({ type: 'ready', isInitiator: true })
    if (!due.delete(ready['peerId'])) throw new Mismatch(`a ready about one of ${shown([...due])}`, shown(ready))
  }
  for (const other of others) await other.expect({ type: 'ready', isInitiator: false, peerId: idOf(newcomer) })
}
