import { Socket } from 'node:net'
import { Writable } from 'node:stream'
import type { WebSocket } from 'ws'

/** Where what parses and what writes find what does it in their place. */
export const reader = Symbol('reader')
export const writer = Symbol('writer')

/** What parses frames in ws. Between two messages it has nothing of one, and then others may parse what comes next. */
export interface Receiver extends Writable {
  readonly _state: number
  readonly _bufferedBytes: number
  readonly _fragmented: number
  readonly _errored: boolean
  readonly _maxPayload: number
  [reader]?: { parse(chunk: Buffer): void }
}

/** What writes frames in ws: all of them by `sendFrame`, those of its own accord included. */
export interface Sender {
  sendFrame(list: readonly (Buffer | string)[], done?: (error?: Error) => void): void
  [writer]?: Flushable
}

/** What has gathered frames. */
export interface Flushable {
  flush(): void
  send(list: readonly (Buffer | string)[], done?: (error?: Error) => void): void
}

/** The parts of a ws WebSocket that is open. */
export interface Insides {
  readonly receiver: Receiver
  readonly sender: Sender
  readonly stream: Socket & { [writer]?: Flushable }
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
  // What is gathered goes out before it, by an `end` of our own.
  if (Object.hasOwn(stream, 'end')) return undefined
  return { receiver, sender, stream }
}

function isReceiver(value: unknown): value is Receiver {
  return (
    value instanceof Writable &&
    value.write === Writable.prototype.write &&
    value.listenerCount('message') === 1 &&
    typeof Reflect.get(value, '_state') === 'number' &&
    typeof Reflect.get(value, '_bufferedBytes') === 'number' &&
    typeof Reflect.get(value, '_fragmented') === 'number' &&
    typeof Reflect.get(value, '_maxPayload') === 'number' &&
    Reflect.get(value, '_errored') === false &&
    Reflect.get(value, '_isServer') === true &&
    Reflect.get(value, '_allowSynchronousEvents') === true &&
    Reflect.get(value, '_skipUTF8Validation') === false
  )
}

function isSender(value: unknown): value is Sender {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'sendFrame') === 'function'
}
