// The bare relay of bench/baselines/bare.ts: the room is in the address, and nothing is said but what is relayed.
import { WireSocket } from '../load/wire-socket.js'
import { textOf } from './plain.js'
import { countRelayed, type Protocol } from './protocol.js'
import { volleyOf } from './volley.js'

export const bare: Protocol = {
  hasDirected: false,
  async join(port, roomId) {
    return { socket: await WireSocket.open(port, `/${roomId}`), roomId, id: '' }
  },
  async met() {},
  volley: (_from, _to, signal) => volleyOf(textOf(signal)),
  marker: (signal) => `"type":"${signal}"`,
  leave: ({ socket }) => socket.close(),
  return: (port, { roomId }, capacity) => bare.join(port, roomId, capacity),
  count: ({ socket }, onRelayed) => countRelayed(socket, onRelayed),
}
