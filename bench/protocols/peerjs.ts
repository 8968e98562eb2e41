// What PeerJS says to PeerServer: it knows no rooms; each message names the id of its addressee.
import { randomUUID } from 'node:crypto'
import { candidate, type Signal, sdp } from '../load/payloads.js'
import { WireSocket } from '../load/wire-socket.js'
import { countRelayed, type Member, type Protocol } from './protocol.js'
import { volleyOf } from './volley.js'

const types = { ice: 'CANDIDATE', offer: 'OFFER', answer: 'ANSWER' } as const

interface Peer extends Member {
  readonly token: string
}

export const peerjs: Protocol<Peer> = {
  hasDirected: true,
  join: (port, roomId) => open(port, { roomId, id: randomUUID(), token: Math.random().toString(36).slice(2) }),
  async met() {},
  volley: (_from, to, signal) => volleyOf(textOf(signal, to.id)),
  marker: (signal) => `"type":"${types[signal]}"`,
  leave: ({ socket }) => socket.close(),
  return: (port, peer) => open(port, peer),
  count: ({ socket }, onRelayed) => countRelayed(socket, onRelayed),
  heartbeat: { text: '{"type":"HEARTBEAT"}', everyMs: 5000 },
}

async function open(port: number, { roomId, id, token }: Omit<Peer, 'socket'>): Promise<Peer> {
  const socket = await WireSocket.open(port, `/peerjs?key=peerjs&id=${id}&token=${token}&version=1.5.4`)
  await socket.next('"OPEN"')
  return { socket, roomId, id, token }
}

/** As a media connection of PeerJS has it. */
function textOf(signal: Signal, dst: string): string {
  const body = signal === 'ice' ? { candidate } : { sdp: { type: signal, sdp } }
  return JSON.stringify({
    type: types[signal],
    payload: { ...body, type: 'media', connectionId: 'mc_8v0n2a9xk1f' },
    dst,
  })
}
