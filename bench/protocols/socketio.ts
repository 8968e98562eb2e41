// Engine.IO 4 and Socket.IO 5 over a WebSocket from the start, as bench/baselines/socketio.ts expects them.
import { maskedFrame } from '../load/frames.js'
import { WireSocket } from '../load/wire-socket.js'
import { textOf } from './plain.js'
import { countRelayed, type Protocol } from './protocol.js'
import { volleyOf } from './volley.js'

const pong = maskedFrame(Buffer.from('3'))

export const socketio: Protocol = {
  hasDirected: true,
  async join(port, roomId) {
    const socket = await WireSocket.open(port, '/socket.io/?EIO=4&transport=websocket')
    socket.pingText = '2'
    socket.pongFrame = pong
    await socket.next('0{')
    socket.send('40')
    await socket.next('40{')
    socket.send(`421${JSON.stringify(['join', roomId])}`)
    const [{ peerId }] = JSON.parse((await socket.next('431[')).slice(3))
    return { socket, roomId, id: peerId }
  },
  async met({ socket }) {
    await socket.next('"ready"')
  },
  volley: (_from, to, signal, isDirected) =>
    volleyOf(isDirected ? `42["signal-to","${to.id}",${textOf(signal)}]` : `42["signal",${textOf(signal)}]`),
  marker: (signal) => `"type":"${signal}"`,
  async leave({ socket }) {
    socket.send('422["leave"]')
    await socket.next('432[')
    await socket.close()
  },
  return: (port, { roomId }, capacity) => socketio.join(port, roomId, capacity),
  count: ({ socket }, onRelayed) => countRelayed(socket, onRelayed),
}
