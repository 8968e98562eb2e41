// The classic design: Express and ws, a map of rooms, each message parsed and written anew. It speaks the part of
// docs/protocol.md that two people need. For the mesh it knows `capacity`, `peerId` and `to` as well, and then adds `from`.
import { createServer } from 'node:http'
import express from 'express'
import { type RawData, type WebSocket, WebSocketServer } from 'ws'
import { host, port } from './settings.js'

const rooms = new Map<string, Set<WebSocket>>()
const peerIds = new WeakMap<WebSocket, string>()
let lastPeerId = 0

const app = express()
app.get('/healthz', (_request, reply) => {
  reply.json({ status: 'ok' })
})
const server = createServer(app)
const sockets = new WebSocketServer({ server })

sockets.on('connection', (socket) => {
  let roomId: string | undefined

  const send = (to: WebSocket, message: object): void => {
    if (to.readyState === to.OPEN) to.send(JSON.stringify(message))
  }

  const leave = (): void => {
    if (roomId === undefined) return
    const room = rooms.get(roomId)
    room?.delete(socket)
    if (room?.size === 0) rooms.delete(roomId)
    for (const peer of room ?? []) send(peer, { type: 'peer-left' })
    roomId = undefined
  }

  const join = (id: string, capacity = 2): void => {
    leave()
    const room = rooms.get(id) ?? new Set()
    if (room.size >= capacity) {
      send(socket, { type: 'full', roomId: id })
      return
    }
    rooms.set(id, room)
    roomId = id
    if (capacity > 2) {
      lastPeerId += 1
      peerIds.set(socket, `peer-${lastPeerId}`)
    }
    send(socket, { type: 'joined', roomId: id, peers: room.size, peerId: peerIds.get(socket) })
    for (const peer of room) {
      send(socket, { type: 'ready', isInitiator: true })
      send(peer, { type: 'ready', isInitiator: false })
    }
    room.add(socket)
  }

  const relay = (message: { to?: string }): void => {
    const { to, ...rest } = message
    for (const peer of rooms.get(roomId ?? '') ?? []) {
      if (peer === socket) continue
      if (to === undefined) send(peer, message)
      else if (peerIds.get(peer) === to) send(peer, { ...rest, from: peerIds.get(socket) })
    }
  }

  socket.on('message', (data: RawData) => {
    let message: { type?: string; roomId?: string; capacity?: number; to?: string }
    try {
      message = JSON.parse(data.toString())
    } catch {
      return send(socket, { type: 'error', message: 'not JSON' })
    }
    switch (message.type) {
      case 'join':
        if (message.roomId) return join(message.roomId, message.capacity)
        return send(socket, { type: 'error', message: 'roomId is required' })
      case 'offer':
      case 'answer':
      case 'ice':
        if (roomId === undefined) return send(socket, { type: 'error', message: 'join a room first' })
        return relay(message)
      case 'leave':
        leave()
        return send(socket, { type: 'left' })
      default:
        send(socket, { type: 'error', message: 'unknown type' })
    }
  })
  socket.on('close', leave)
  socket.on('error', () => {})
})

server.listen(port, host)
