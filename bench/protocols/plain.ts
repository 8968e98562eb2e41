// Signalbox without resuming, and the classic design: docs/protocol.md.
import { candidate, type Signal, sdp } from '../load/payloads.js'
import { WireSocket } from '../load/wire-socket.js'
import { countRelayed, type Member, type Protocol } from './protocol.js'
import { volleyOf } from './volley.js'

export const plain: Protocol = {
  hasDirected: true,
  async join(port, roomId, capacity) {
    const socket = await WireSocket.open(port, '/ws')
    socket.send(JSON.stringify({ type: 'join', roomId, ...(capacity > 2 && { capacity }) }))
    const { peerId = '' } = JSON.parse(await socket.next('"joined"'))
    return { socket, roomId, id: peerId }
  },
  async met({ socket }) {
    await socket.next('"ready"')
  },
  volley: (_from, to, signal, isDirected) => volleyOf(textOf(signal, isDirected ? to : undefined)),
  marker: (signal) => `"type":"${signal}"`,
  async leave({ socket }) {
    socket.send('{"type":"leave"}')
    await socket.next('"left"')
    await socket.close()
  },
  return: (port, { roomId }, capacity) => plain.join(port, roomId, capacity),
  count: ({ socket }, onRelayed) => countRelayed(socket, onRelayed),
}

/** The properties in the order in which the SDK has them. */
export function textOf(signal: Signal, to?: Member): string {
  const body = signal === 'ice' ? { candidate } : { sdp }
  return JSON.stringify({ type: signal, ...body, ...(to && { to: to.id }) })
}
