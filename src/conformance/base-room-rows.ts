import type { Client } from './client.js'
import { requireMatch } from './message.js'
import type { Row } from './row.js'

const firstError = { type: 'error', message: 'join a room first' }

/** Who comes in, who goes, and what the others are told: for two people without any option. */
export const baseRoomRows: readonly Row[] = [
  {
    name: 'join',
    says: 'A `join` with the room as a text is answered by `joined`, with the same `roomId`.',
    stands: 'A call',
    async holds(trial) {
      const roomId = trial.newRoom()
      const ada = await trial.connect()
      requireMatch({ type: 'joined', roomId }, await trial.ask(ada, { roomId }))
    },
  },
  {
    name: 'peers',
    says: '`peers` is how many others are there already.',
    stands: 'A call',
    async holds(trial) {
      const roomId = trial.newRoom()
      await trial.join(roomId, {}, 0)
      await trial.join(roomId, {}, 1)
    },
  },
  {
    name: 'room-as-number',
    says: 'A number and its text are the same room.',
    stands: 'Joining',
    async holds(trial) {
      // A whole number that JavaScript writes without an exponent.
      const roomId = Math.floor(Math.random() * 1e15)
      const ada = await trial.connect()
      requireMatch({ type: 'joined', roomId: String(roomId), peers: 0 }, await trial.ask(ada, { roomId }))
      await trial.join(String(roomId), {}, 1)
    },
  },
  {
    name: 'room-trimmed',
    says: 'White space around the `roomId` does not count.',
    stands: 'Joining',
    async holds(trial) {
      const roomId = trial.newRoom()
      await trial.join(roomId)
      const { joined } = await trial.join(` \t${roomId}\n `, {}, 1)
      requireMatch({ roomId }, joined)
    },
  },
  {
    name: 'room-required',
    says: 'Without a `roomId`, with null, or with an empty one, the answer is the error "roomId is required", and one stays in the room that one is in.',
    stands: 'Joining',
    async holds(trial) {
      const { ada, bo } = await trial.pair()
      for (const join of [{ roomId: '' }, { roomId: ' \t ' }, {}, { roomId: null }])
        requireMatch({ type: 'error', message: 'roomId is required' }, await trial.ask(bo, join))
      bo.send({ type: 'ice', candidate: 'still here' })
      await ada.expect({ type: 'ice', candidate: 'still here' })
      await trial.expectNothing(ada, bo)
    },
  },
  {
    name: 'ready',
    says: 'When the second one comes, both get one `ready`: the newcomer, after its `joined`, with `isInitiator` true, the other with false.',
    stands: 'Pairs',
    async holds(trial) {
      const roomId = trial.newRoom()
      const ada = await trial.join(roomId)
      await trial.expectNothing(ada)
      const bo = await trial.join(roomId)
      await expectReady(ada, bo)
      await trial.expectNothing(ada, bo)
    },
  },
  {
    name: 'full',
    says: 'A third one gets `full` and is in no room; the two hear nothing of it, and its socket can join another room.',
    stands: 'Joining',
    async holds(trial) {
      const { roomId, ada, bo } = await trial.pair()
      const cy = await trial.connect()
      requireMatch({ type: 'full', roomId }, await trial.ask(cy, { roomId }))
      cy.send({ type: 'offer', sdp: 'from nowhere' })
      await cy.expect(firstError)
      await trial.expectNothing(ada, bo, cy)
      await trial.enter(cy, trial.newRoom(), {}, 0)
    },
  },
  {
    name: 'join-leaves',
    says: 'A `join` leaves the room that the socket is in, also for one that is full: the other there gets `peer-left`.',
    stands: 'Joining',
    async holds(trial) {
      const { roomId, ada, bo } = await trial.pair()
      const full = await trial.pair()
      await trial.enter(bo, trial.newRoom(), {}, 0)
      await ada.expect({ type: 'peer-left' })
      await trial.enter(bo, roomId, {}, 1)
      await expectReady(ada, bo)
      requireMatch({ type: 'full' }, await trial.ask(bo, { roomId: full.roomId }))
      await ada.expect({ type: 'peer-left' })
      bo.send({ type: 'leave' })
      await bo.expect(firstError)
    },
  },
  {
    name: 'join-again',
    says: 'That goes for the same room, too: the other gets `peer-left`, and both a `ready`.',
    stands: 'Joining',
    async holds(trial) {
      const { roomId, ada, bo } = await trial.pair()
      await trial.enter(ada, roomId, {}, 1)
      await bo.expect({ type: 'peer-left' })
      await expectReady(bo, ada)
    },
  },
  {
    name: 'leave',
    says: '`leave` is answered by `left`, the other gets `peer-left`, and who has left is in no room.',
    stands: 'Leaving',
    async holds(trial) {
      const { ada, bo } = await trial.pair()
      bo.send({ type: 'leave' })
      await bo.expect({ type: 'left' })
      await ada.expect({ type: 'peer-left' })
      bo.send({ type: 'ice', candidate: 'gone' })
      await bo.expect(firstError)
      await trial.expectNothing(ada, bo)
    },
  },
  {
    name: 'closed',
    says: 'A socket that is closed, or breaks, has left: the other gets `peer-left`.',
    stands: 'Leaving',
    async holds(trial) {
      const { roomId, ada, bo } = await trial.pair()
      bo.socket.close(1000)
      await ada.expect({ type: 'peer-left' })
      const cy = await trial.join(roomId, {}, 1)
      await expectReady(ada, cy)
      cy.socket.terminate()
      await ada.expect({ type: 'peer-left' })
      await trial.expectNothing(ada)
    },
  },
  {
    name: 'ready-again',
    says: 'After a `peer-left`, whoever joins next brings another `ready`, and is the initiator.',
    stands: 'Pairs',
    async holds(trial) {
      const { roomId, ada, bo } = await trial.pair()
      ada.send({ type: 'leave' })
      await bo.expect({ type: 'peer-left' })
      const cy = await trial.join(roomId, {}, 1)
      await expectReady(bo, cy)
      await trial.expectNothing(bo, cy)
    },
  },
  {
    name: 'empty-room',
    says: 'A room that everybody has left is gone: who joins is alone in a new one.',
    stands: 'Leaving',
    async holds(trial) {
      const { roomId, ada, bo } = await trial.pair()
      ada.send({ type: 'leave' })
      await bo.expect({ type: 'peer-left' })
      bo.send({ type: 'leave' })
      await bo.expect({ type: 'left' })
      const cy = await trial.join(roomId, {}, 0)
      await trial.expectNothing(cy)
    },
  },
]

/** Both are told of the other, once the newcomer is in; of the two it is the initiator. */
async function expectReady(older: Client, newcomer: Client): Promise<void> {
  await newcomer.expect({ type: 'ready', isInitiator: true })
  await older.expect({ type: 'ready', isInitiator: false })
}
