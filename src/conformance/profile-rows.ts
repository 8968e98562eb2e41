import { isUnknownBut } from './client.js'
import { requireMatch, requireNone } from './message.js'
import { NotThere } from './mismatch.js'
import type { Row } from './row.js'

/** What members say of themselves later on. */
export const profileRows: readonly Row[] = [
  {
    name: 'update',
    says: 'An `update` replaces what it names and leaves the rest; null takes away. Who asked for `updates` gets `peer-updated` with all of it, and nobody else gets anything.',
    stands: 'Profiles',
    async holds(trial) {
      const roomId = trial.newRoom()
      const isAside = isUnknownBut('peer-updated')
      const [ada, bo] = [await trial.connect({ isAside }), await trial.connect({ isAside })]
      await trial.enter(ada, roomId, { name: 'Ada', updates: true })
      const { peerId } = await trial.enter(bo, roomId, { name: 'Bo', metadata: { team: 'blue' } })
      if (peerId === undefined) throw new NotThere('it gives nobody a peerId')
      for (const client of [ada, bo]) await client.expect({ type: 'ready' })
      bo.send({ type: 'update', name: 'Bob' })
      bo.send({ type: 'ice', candidate: 'after that' })
      const first = await ada.next('peer-updated')
      if (first.type === 'ice') throw new NotThere('it tells of no update')
      requireMatch({ type: 'peer-updated', peerId, name: 'Bob', metadata: { team: 'blue' } }, first)
      await ada.expect({ type: 'ice', candidate: 'after that' })
      bo.send({ type: 'update', metadata: null })
      requireNone(await ada.expect({ type: 'peer-updated', peerId, name: 'Bob' }), 'metadata')
      ada.send({ type: 'update', name: 'Eve' })
      await trial.expectNothing(ada, bo)
    },
  },
]
