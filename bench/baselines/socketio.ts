// socket.io in one process.
import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { serveRooms } from './rooms.js'
import { host, port } from './settings.js'

const server = createServer()
const io = new Server(server)
serveRooms(io, (roomId) => [...(io.sockets.adapter.rooms.get(roomId) ?? [])])
server.listen(port, host)
