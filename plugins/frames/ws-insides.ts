import { Socket } from 'node:net'
import { Writable } from 'node:stream'
import type { WebSocket } from 'ws'

/** What parses frames in ws. Between two messages it has nothing of one, and then others may parse what comes next. */
export interface Receiver extends Writable {
  readonly _state: number
  readonly _bufferedBytes: number
  readonly _fragmented: number
  readonly _errored: boolean
  readonly _maxPayload: number
}

/** What writes frames in ws: all of them by `sendFrame`, those of its own accord included. */
export interface Sender {
  sendFrame(list: readonly (Buffer | string)[], done?: (error?: Error) => void): void
}

/** The parts of a ws WebSocket that is open. */
export interface Insides {
  readonly receiver: Receiver
  readonly sender: Sender
  readonly stream: Socket
}

/**
 * Looks whether the insides of a socket are those of the ws that the rest of this folder was written for (8.x), on the side of
 * a server, and with the options that make no difference to it: no compression, no events put off, UTF-8 checked.
 *
 * @returns undefined where something is not: then ws is to be left alone
 */
export function insidesOf(socket: WebSocket): Insides | undefined {
  if (socket.extensions !== '') return undefined
  const receiver: unknown = Reflect.get(socket, '_receiver')
  const sender: unknown = Reflect.get(socket, '_sender')
  const stream: unknown = Reflect.get(socket, '_socket')
  if (!isReceiver(receiver) || !isSender(sender) || !(stream instanceof Socket)) return undefined
  return { receiver, sender, stream }
}

function isReceiver(value: unknown): value is Receiver {
  if (!(value instanceof Writable) || value.write !== Writable.prototype.write) return false
  const numbers = ['_state', '_bufferedBytes', '_fragmented', '_maxPayload']
  const asExpected = { _errored: false, _isServer: true, _allowSynchronousEvents: true, _skipUTF8Validation: false }
  return (
    numbers.every((key) => typeof Reflect.get(value, key) === 'number') &&
    Object.entries(asExpected).every(([key, expected]) => Reflect.get(value, key) === expected) &&
    value.listenerCount('message') === 1
  )
}

function isSender(value: unknown): value is Sender {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'sendFrame') === 'function'
}
