import type { RawData, WebSocket } from 'ws'

/** Takes what comes over a socket. */
export interface Hearer {
  /** @param isPlain  whether it is known that there are no escapes in it, and nothing that would need one in JSON */
  onMessage(data: RawData, isBinary: boolean, isPlain?: boolean): void
  onPing(data: Buffer): void
  onPong(data: Buffer): void
  onError(error: Error): void
  onClose(code: number): void
}

const hearer = Symbol('hearer')
type Heard = WebSocket & { [hearer]?: Hearer }

/** Lets one hear a socket. Functions for all sockets, and not five for each: 330 bytes of heap a socket. */
export function hear(socket: Heard, by: Hearer): void {
  socket[hearer] = by
  socket.on('message', onMessage)
  socket.on('ping', onPing)
  socket.on('pong', onPong)
  socket.on('error', onError)
  socket.on('close', onClose)
}

function onMessage(this: Heard, data: RawData, isBinary: boolean, isPlain?: boolean): void {
  this[hearer]?.onMessage(data, isBinary, isPlain)
}

function onPing(this: Heard, data: Buffer): void {
  this[hearer]?.onPing(data)
}

function onPong(this: Heard, data: Buffer): void {
  this[hearer]?.onPong(data)
}

function onError(this: Heard, error: Error): void {
  this[hearer]?.onError(error)
}

function onClose(this: Heard, code: number): void {
  this[hearer]?.onClose(code)
}
