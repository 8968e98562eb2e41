import { SignalingError } from '../../../schemas/index.js'
import type { SendOutcome } from '../../rooms/room-store.js'
import type { Session } from '../session.js'

/**
 * Passes an offer, an answer, a candidate, or what two clients have agreed on between themselves, on to the other member, or to
 * the one named in `to`.
 */
export function relay(
  session: Session,
  message: { readonly to?: string | undefined },
  frame: Buffer,
  n: number | undefined,
): void | Promise<void> {
  const seat = session.requireSeat()
  const outcome = seat.send(message.to, session.stamp(frame, message, n !== undefined), n)
  return outcome instanceof Promise ? outcome.then(refuseUnsent) : refuseUnsent(outcome)
}

function refuseUnsent(outcome: SendOutcome): void {
  if (outcome !== 'sent') throw new SignalingError(outcome)
}
