import { SignalingError } from '../../../schemas/index.js'
import type { Handler } from './handler.js'

/** Keeps no longer what the client has. */
export const ack: Handler<'ack'> = (session, { seq }) => {
  const outcome = session.requireSeat().acknowledge(seq)
  return outcome instanceof Promise ? outcome.then(refuseUnsent) : refuseUnsent(outcome)
}

function refuseUnsent(wasSent: boolean): void {
  if (!wasSent) throw new SignalingError('bad-message', 'seq: never sent to you')
}
