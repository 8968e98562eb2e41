import type { ClientMessage, ClientMessageType } from '../../../schemas/index.js'
import type { Session } from '../session.js'

/**
 * Does what one type of client message asks for.
 *
 * @param frame  the message as it came in. The memory is the reader's: good until the handler first waits, and to be copied for longer
 * @param n      its number, if the client numbers its messages
 * @throws SignalingError  what is the client's fault
 */
export type Handler<T extends ClientMessageType> = (
  session: Session,
  message: ClientMessage<T>,
  frame: Buffer,
  n: number | undefined,
) => void | Promise<void>
