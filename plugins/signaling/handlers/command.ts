import { type ClientMessage, SignalingError } from '../../../schemas/index.js'
import type { CommandOutcome, HostCommand } from '../../rooms/room-store.js'
import type { Session } from '../session.js'
import type { Handler } from './handler.js'

type CommandType = 'kick' | 'lock' | 'unlock' | 'admit' | 'refuse'

/** Does what a host says of who is in the room, and of who may come in. */
export const command: Handler<CommandType> = (session, message, _frame, n) => {
  const seat = session.requireSeat()
  if (!seat.isHost) throw new SignalingError('host-required')
  const wanted = commandOf(message)
  const outcome = seat.command(wanted, n)
  return outcome instanceof Promise
    ? outcome.then((late) => conclude(session, wanted, late))
    : conclude(session, wanted, outcome)
}

function commandOf(message: ClientMessage<CommandType>): HostCommand {
  switch (message.type) {
    case 'lock':
      return { kind: 'door', door: message.knock === true ? 'knock' : 'locked' }
    case 'unlock':
      return { kind: 'door', door: 'open' }
    default:
      return { kind: message.type, peerId: message.peerId }
  }
}

function conclude({ context, seat }: Session, wanted: HostCommand, outcome: CommandOutcome): void {
  if (outcome !== 'done') throw new SignalingError(outcome)
  const roomId = seat && context.logNames.room(seat.roomId)
  context.log.info({ roomId, by: seat?.peerId, ...wanted }, 'host command')
}
