import { SignalingError } from '../../../schemas/index.js'
import type { Handler } from './handler.js'

/** Keeps no longer what the client has. */
export const ack: Handler<'ack'> = async (session, { seq }) => {
  if (!(await session.requireSeat().acknowledge(seq))) throw new SignalingError('bad-message', 'seq: never sent to you')
}
