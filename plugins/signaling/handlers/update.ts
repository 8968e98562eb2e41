import { changeProfile } from '../profile.js'
import type { Handler } from './handler.js'

/** Changes what the others see of this member. */
export const update: Handler<'update'> = (session, message, _frame, n) => {
  const seat = session.requireSeat()
  return seat.update(changeProfile(seat.profile, message, session.context.limits), n)
}
