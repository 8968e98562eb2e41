import type { Handler } from './handler.js'

/** Gives the seat up, or the waiting for one, and confirms it. */
export const leave: Handler<'leave'> = async (session) => {
  if (!session.isKnocking) session.requireSeat()
  await session.leave('left')
  session.tell({ type: 'left' })
}
