import type { WebSocket } from 'ws'
import { endOnce } from './end-once.js'
import { type IsStopped, readQuickly } from './frame-reader.js'
import { FrameWriter } from './frame-writer.js'
import { insidesOf } from './ws-insides.js'

/**
 * Makes an open socket of a server read and write text frames in a shorter way than ws does, with the same bytes and events in
 * the same order. Where that cannot be, the socket is left as it is, and all of this goes through ws.
 *
 * @returns what is to be written with, in place of `send`
 */
export function quicken(socket: WebSocket, isStopped: IsStopped = () => false): FrameWriter {
  const insides = insidesOf(socket)
  if (insides !== undefined) {
    readQuickly(socket, insides, isStopped)
    endOnce(insides.receiver)
    endOnce(insides.stream)
  }
  return new FrameWriter(socket, insides)
}
