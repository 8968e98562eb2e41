import type { ClientMessage, ClientMessageType } from '../../../schemas/index.js'
import type { Session } from '../session.js'
import { ack } from './ack.js'
import { command } from './command.js'
import type { Handler } from './handler.js'
import { iceServers } from './ice-servers.js'
import { join } from './join.js'
import { leave } from './leave.js'
import { pong } from './pong.js'
import { relay } from './relay.js'
import { resume } from './resume.js'
import { update } from './update.js'

/** One handler a type; a type without one does not compile. */
const handlers: { readonly [T in ClientMessageType]: Handler<T> } = {
  join,
  update,
  offer: relay,
  answer: relay,
  ice: relay,
  restart: relay,
  keep: relay,
  leave,
  resume,
  ack,
  pong,
  kick: command,
  lock: command,
  unlock: command,
  admit: command,
  refuse: command,
  'ice-servers': iceServers,
}

/** Hands a message to the handler of its type. */
export function handle<T extends ClientMessageType>(
  session: Session,
  message: ClientMessage<T>,
  frame: Buffer,
  n: number | undefined,
): void | Promise<void> {
  return handlers[message.type](session, message, frame, n)
}
