import type { Handler } from './handler.js'

/** Gives the seat up and confirms it. */
export const leave: Handler<'leave'> = async (session) => {
  session.requireSeat()
  await session.leave('left')
  session.tell({ type: 'left' })
}
