// socket.io as its documentation has it: rooms, an acknowledgement for the join, `socket.to(…).emit(…)` for the rest.

import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { host, port } from './settings.js'

const server = createServer()
const io = new Server(server)

io.on('connection', (socket) => {
  let roomId = ''
  socket.on('join', (id: string, joined: (answer: { peers: number; peerId: string }) => void) => {
    roomId = id
    const peerIds = [...(io.sockets.adapter.rooms.get(id) ?? [])]
    void socket.join(id)
    joined({ peers: peerIds.length, peerId: socket.id })
    for (const peerId of peerIds) socket.emit('ready', { isInitiator: true, peerId })
    socket.to(id).emit('ready', { isInitiator: false, peerId: socket.id })
  })
  socket.on('signal', (message: unknown) => socket.to(roomId).emit('signal', message))
  socket.on('signal-to', (to: string, message: unknown) => socket.to(to).emit('signal', socket.id, message))
  socket.on('leave', (left: () => void) => {
    void socket.leave(roomId)
    socket.to(roomId).emit('peer-left')
    left()
  })
  socket.on('disconnect', () => socket.to(roomId).emit('peer-left'))
})

server.listen(port, host)
