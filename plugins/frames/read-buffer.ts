import { Socket } from 'node:net'
import { Duplex } from 'node:stream'

/** As much as Node reads at once by itself. */
const shared = Buffer.allocUnsafeSlow(65_536)

/** What Node has in a socket for its option `onread`, with which a client can say where to read to; a server cannot. */
interface ReadHooks {
  readonly buffer: symbol
  readonly take: symbol
  /** Says where to read to. */
  readonly use: (buffer: Uint8Array) => void
}

/**
 * Lets a socket read into memory that all of them share, in place of a new piece of 64 KB for every read that is then cut
 * down. Its `data` is emitted as before, but what it brings is overwritten by the next read, of whichever socket: it is for
 * a listener that is done with it when it returns. What cannot be emitted at once, or to more than one, is copied.
 *
 * Node has that for clients alone, so this leans on its insides; where they are not as expected nothing is changed.
 * Measured: 10 to 17 % of what a message costs that is read by itself, candidate or SDP.
 *
 * @returns whether it does
 */
export function shareReadBuffer(stream: Socket): boolean {
  const hooks = hooksOf(stream)
  if (hooks === undefined) return false
  // As Node does with what it reads, only that it is not this stream's to keep.
  const take = (count: number): boolean => {
    const chunk = shared.subarray(0, count)
    const isWaitedFor = stream.readableFlowing === true && stream.readableLength === 0
    if (!isWaitedFor || stream.listenerCount('data') !== 1) return stream.push(Buffer.from(chunk))
    stream.emit('data', chunk)
    return true
  }
  Reflect.set(stream, hooks.buffer, shared)
  Reflect.set(stream, hooks.take, take)
  // Such a socket would not be read at all while it is paused, and its end not be seen.
  Reflect.set(stream, 'pause', Duplex.prototype.pause)
  hooks.use(shared)
  return true
}

/** Whether it is only lent. */
export function isShared(chunk: Buffer): boolean {
  return chunk.buffer === shared.buffer
}

function hooksOf(stream: Socket): ReadHooks | undefined {
  // One with TLS decrypts what it reads; whatever else is derived from a socket may do anything.
  if (Object.getPrototypeOf(stream) !== Socket.prototype || stream.listenerCount('data') !== 1) return undefined
  const [buffer, take] = ['kBuffer', 'kBufferCb'].map((name) => unusedHook(stream, name))
  const handle: unknown = Reflect.get(stream, '_handle')
  const useUserBuffer: unknown = Reflect.get(Object(handle), 'useUserBuffer')
  if (buffer === undefined || take === undefined || typeof useUserBuffer !== 'function') return undefined
  return { buffer, take, use: (memory) => Reflect.apply(useUserBuffer, handle, [memory]) }
}

function unusedHook(stream: Socket, name: string): symbol | undefined {
  const symbol = Object.getOwnPropertySymbols(stream).find(({ description }) => description === name)
  return symbol !== undefined && Reflect.get(stream, symbol) === null ? symbol : undefined
}
