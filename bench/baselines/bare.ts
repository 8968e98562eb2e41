// What ws alone costs: the room is in the address, and the bytes go to whoever else is there. Nobody looks at them.
import { type WebSocket, WebSocketServer } from 'ws'
import { host, port } from './settings.js'

const rooms = new Map<string, Set<WebSocket>>()

new WebSocketServer({ port, host }).on('connection', (socket, request) => {
  const name = request.url ?? '/'
  const room = rooms.get(name) ?? new Set()
  rooms.set(name, room.add(socket))
  socket.on('message', (data) => {
    for (const peer of room) if (peer !== socket) peer.send(data, { binary: false })
  })
  socket.on('close', () => {
    room.delete(socket)
    if (room.size === 0) rooms.delete(name)
  })
  socket.on('error', () => {})
})
