import { SignalingError } from '../../../schemas/index.js'
import { changeProfile } from '../profile.js'
import type { Handler } from './handler.js'

/** Changes what the others see of this member. */
export const update: Handler<'update'> = (session, message, _frame, n) => {
  const seat = session.requireSeat()
  if (message.name !== undefined && seat.identity.name !== undefined) throw new SignalingError('name-fixed')
  return seat.update(changeProfile(seat.profile, message, session.context.limits), n)
}
