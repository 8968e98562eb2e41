import { SignalingError } from '../../../schemas/index.js'
import type { SendOutcome } from '../../rooms/room-store.js'
import { stamp } from '../stamp.js'
import type { Handler } from './handler.js'

/** Passes an offer, an answer, a candidate or a wish to restart on to the other member, or to the one named in `to`. */
export const relay: Handler<'offer' | 'answer' | 'ice' | 'restart'> = (session, message, frame, n) => {
  const seat = session.requireSeat()
  const outcome = seat.send(message.to, stamp(frame, message, seat.peerId, n !== undefined), n)
  return outcome instanceof Promise ? outcome.then(refuseUnsent) : refuseUnsent(outcome)
}

function refuseUnsent(outcome: SendOutcome): void {
  if (outcome !== 'sent') throw new SignalingError(outcome)
}
