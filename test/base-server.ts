import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { type WebSocket as Peer, WebSocketServer } from 'ws'

export type { Peer }
export type Message = Record<string, unknown>

export interface Sender {
  readonly roomId: string
  readonly socket: Peer
}

/**
 * The base protocol and nothing else, as somebody may write it in an afternoon who has never seen ours. Every part of it can be
 * overridden, to be done wrong.
 */
export class BaseServer {
  readonly rooms = new Map<string, Peer[]>()
  readonly seats = new Map<Peer, string>()
  readonly server = new WebSocketServer({ port: 0, host: '127.0.0.1', ...this.options() })

  constructor() {
    this.server.on('connection', (socket) => {
      socket.on('message', (data) => this.hear(socket, data.toString()))
      socket.on('close', () => this.closed(socket))
    })
  }

  options(): object {
    return {}
  }

  hear(socket: Peer, text: string): void {
    const message = this.read(text)
    const roomId = this.seats.get(socket)
    if (message === undefined) this.refuse(socket, 'not a message')
    else if (message['type'] === 'join') this.join(socket, message)
    else if (roomId === undefined) this.homeless(socket)
    else if (message['type'] === 'leave') {
      this.leave(socket)
      this.tell(socket, { type: 'left' })
    } else if (['offer', 'answer', 'ice'].includes(String(message['type']))) this.relay({ roomId, socket }, message)
    else this.unknown({ roomId, socket }, message)
  }

  read(text: string): Message | undefined {
    try {
      const value = JSON.parse(text)
      return typeof value?.type === 'string' ? value : undefined
    } catch {
      return undefined
    }
  }

  join(socket: Peer, message: Message): void {
    const roomId = this.roomOf(message['roomId'])
    if (roomId === '') this.refuse(socket, 'roomId is required')
    else {
      this.leave(socket)
      const others = this.rooms.get(roomId) ?? []
      if (others.length >= 2) this.full(socket, roomId)
      else this.enter(socket, roomId, others)
    }
  }

  enter(socket: Peer, roomId: string, others: readonly Peer[]): void {
    this.rooms.set(roomId, [...others, socket])
    this.seats.set(socket, roomId)
    this.tell(socket, { type: 'joined', roomId, peers: others.length })
    if (others.length > 0) this.ready(socket, others)
  }

  roomOf(roomId: unknown): string {
    return String(roomId ?? '').trim()
  }

  full(socket: Peer, roomId: string): void {
    this.tell(socket, { type: 'full', roomId })
  }

  ready(newcomer: Peer, others: readonly Peer[]): void {
    this.tell(newcomer, { type: 'ready', isInitiator: true })
    for (const other of others) this.tell(other, { type: 'ready', isInitiator: false })
  }

  relay(sender: Sender, message: Message): void {
    for (const other of this.othersOf(sender)) this.tell(other, message)
  }

  othersOf({ roomId, socket }: Sender): Peer[] {
    return (this.rooms.get(roomId) ?? []).filter((other) => other !== socket)
  }

  homeless(socket: Peer): void {
    this.refuse(socket, 'join a room first')
  }

  unknown(sender: Sender, _message: Message): void {
    this.refuse(sender.socket, 'what is that?')
  }

  closed(socket: Peer): void {
    this.leave(socket)
  }

  leave(socket: Peer): void {
    const roomId = this.seats.get(socket)
    if (roomId === undefined) return
    this.seats.delete(socket)
    const others = this.othersOf({ roomId, socket })
    if (others.length > 0) this.rooms.set(roomId, others)
    else this.rooms.delete(roomId)
    for (const other of others) this.tell(other, { type: 'peer-left' })
  }

  refuse(socket: Peer, message: string): void {
    this.tell(socket, { type: 'error', message })
  }

  tell(socket: Peer, message: Message): void {
    socket.send(JSON.stringify(message))
  }
}

/** @returns  where it listens until the test is over */
export async function listening(t: Test, { server }: { readonly server: WebSocketServer }): Promise<string> {
  t.teardown(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  if (server.address() === null) await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return `ws://127.0.0.1:${port}`
}
