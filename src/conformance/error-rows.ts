import type { ErrorCode } from '../../schemas/index.js'
import { requireMatch, requireNone } from './message.js'
import type { Row } from './row.js'

/** What a text of ours causes in a room. */
const faults = [
  ['{"type":', 'not-json'],
  ['[]', 'not-object'],
  ['{"type":"conform-nonsense"}', 'unknown-type'],
  ['{"type":"offer","to":7}', 'bad-message'],
] as const satisfies readonly (readonly [string, ErrorCode])[]

/** Rooms that cannot be. */
const roomFaults = [
  ['', 'room-id-required'],
  ['x'.repeat(65), 'room-id-invalid'],
  ['a\u0007b', 'room-id-invalid'],
] as const satisfies readonly (readonly [string, ErrorCode])[]

/** What one has done wrong, for a program to read: errors carry a `code`. */
export const errorRows: readonly Row[] = [
  {
    name: 'codes',
    says: 'An error carries the `code` of the closed list, and a text for people.',
    stands: 'Errors',
    async holds(trial) {
      const ada = await trial.connect()
      ada.send({ type: 'offer' })
      await expectCode('not-joined')
      for (const [roomId, code] of roomFaults) {
        requireMatch({ type: 'error', code }, await trial.ask(ada, { roomId }))
      }
      await trial.enter(ada, trial.newRoom())
      for (const [text, code] of faults) {
        ada.send(text)
        await expectCode(code)
      }

      async function expectCode(code: ErrorCode): Promise<void> {
        const error = await ada.expect({ type: 'error', code })
        requireMatch({ message: String(error['message']) }, error)
      }
    },
  },
  {
    name: 'own-id',
    says: 'The `id` of the message that caused it, a text or a number, comes back in the error; where it had none there is none.',
    stands: 'error',
    async holds(trial) {
      const ada = await trial.connect()
      for (const id of ['question-1', 7]) {
        requireMatch({ type: 'error', id }, await trial.ask(ada, { roomId: '', id }))
        ada.send({ type: 'ice', id })
        await ada.expect({ type: 'error', id })
      }
      requireNone(await trial.ask(ada, { roomId: '' }), 'id')
    },
  },
]
