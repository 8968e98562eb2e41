import { closeCodes } from '../../schemas/index.js'
import { type Client, isUnknownBut } from './client.js'
import { expectError } from './expect-error.js'
import { type Message, requireMatch, textIn } from './message.js'
import type { Row } from './row.js'
import type { Trial } from './trial.js'

/** Who says who is in the room: a token makes a host, as `joined` says. */
export const doorRows: readonly Row[] = [
  {
    name: 'host-only',
    says: 'What a host may do is for a guest the error `host-required`, and changes nothing.',
    stands: 'Who is in the room',
    async holds(trial) {
      const { roomId, ada } = await hosted(trial, 3)
      const bo = await trial.join(roomId)
      await bo.expect({ type: 'ready' })
      await ada.expect({ type: 'ready' })
      const peerId = ada.joined['peerId']
      for (const message of [{ type: 'lock' }, { type: 'unlock' }, { type: 'kick', peerId }]) {
        bo.send(message)
        await expectError(bo, 'host-required')
      }
      await trial.expectNothing(ada)
      await trial.join(roomId, {}, 2)
    },
  },
  {
    name: 'lock',
    says: 'After `lock` a guest who joins gets `room-locked`, and who is in stays; after `unlock` it comes in. Who asked for `updates` gets `room-updated`.',
    stands: 'Who is in the room',
    async holds(trial) {
      const { roomId, ada } = await hosted(trial)
      ada.send({ type: 'lock' })
      await ada.expect({ type: 'room-updated', door: 'locked' })
      const bo = await trial.connect()
      requireMatch({ type: 'error', code: 'room-locked' }, await trial.ask(bo, { roomId }))
      ada.send({ type: 'unlock' })
      await ada.expect({ type: 'room-updated', door: 'open' })
      await trial.enter(bo, roomId, {}, 1)
      await ada.expect({ type: 'ready' })
    },
  },
  {
    name: 'knock',
    says: 'After `lock` with `knock` a guest who joins gets `knocking`, and the host its `knock`; `admit` lets it in as whom the host knows, `refuse` is the error `knock-refused`.',
    stands: 'Who is in the room',
    async holds(trial) {
      const { roomId, ada } = await hosted(trial)
      ada.send({ type: 'lock', knock: true })
      await ada.expect({ type: 'room-updated', door: 'knock' })
      const bo = await trial.connect()
      const refused = await knock(bo)
      ada.send({ type: 'refuse', peerId: refused })
      await expectError(bo, 'knock-refused')
      await ada.expect({ type: 'knock-ended', peerId: refused, reason: 'refused' })
      const admitted = await knock(bo)
      ada.send({ type: 'admit', peerId: admitted })
      await bo.expect({ type: 'joined', roomId, peerId: admitted, peers: 1 })
      await bo.expect({ type: 'ready', isInitiator: true })

      async function knock(guest: Client): Promise<string> {
        requireMatch({ type: 'knocking', roomId }, await trial.ask(guest, { roomId, name: 'Bo' }))
        return textIn(await ada.expect({ type: 'knock', name: 'Bo' }), 'peerId')
      }
    },
  },
  {
    name: 'kick',
    says: 'Whom a host kicks is closed with 4010, the others get `peer-left` with `kicked`, and it does not come in again with the same token.',
    stands: '`kick`',
    async holds(trial) {
      const { roomId, ada } = await hosted(trial)
      const token = await trial.pass(roomId, 'guest')
      const bo = await trial.join(roomId, token)
      await ada.expect({ type: 'ready' })
      ada.send({ type: 'kick', peerId: bo.joined['peerId'] })
      await ada.expect({ type: 'peer-left', peerId: bo.joined['peerId'], reason: 'kicked' })
      await bo.expectClose(closeCodes.kicked.code)
      const again = await trial.connect()
      requireMatch({ type: 'error', code: 'kicked' }, await trial.ask(again, { roomId, ...token }))
    },
  },
]

/** A room whose host is told of what happens at the door. */
async function hosted(
  trial: Trial,
  capacity = 2,
): Promise<{ roomId: string; ada: Client & { readonly joined: Message } }> {
  const roomId = trial.newRoom()
  const client = await trial.connect({ isAside: isUnknownBut('room-updated', 'knock', 'knock-ended') })
  const pass = await trial.pass(roomId, 'host')
  const joined = await trial.enter(client, roomId, { updates: true, capacity, ...pass })
  return { roomId, ada: Object.assign(client, { joined }) }
}
