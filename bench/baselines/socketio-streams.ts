// socket.io in several processes, with its adapter for Redis Streams as the README of that starts it. Who is in a room is asked of
// all of them, as its documentation has it.
import { createServer } from 'node:http'
import { createAdapter } from '@socket.io/redis-streams-adapter'
import { createClient } from 'redis'
import { Server } from 'socket.io'
import { serveRooms } from './rooms.js'
import { host, isRecovering, port, redisUrl } from './settings.js'

const client = createClient({ url: redisUrl })
await client.connect()
const server = createServer()
const io = new Server(server, {
  adapter: createAdapter(client),
  ...(isRecovering && { connectionStateRecovery: {} }),
})
serveRooms(io, async (roomId) => (await io.in(roomId).fetchSockets()).map(({ id }) => id))
server.listen(port, host)
