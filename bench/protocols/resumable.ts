// Signalbox with resuming: every message numbered both ways, acknowledged by either side. docs/protocol.md, *Resume*.
import { createHmac } from 'node:crypto'
import { maskedFrame } from '../load/frames.js'
import { WireSocket } from '../load/wire-socket.js'
import { textOf } from './plain.js'
import { countRelayed, type Member, type Protocol } from './protocol.js'
import { numberedVolley } from './volley.js'

/** What a client keeps of its seat. */
export interface Seat extends Member {
  readonly key: string
  /** The last that it has of what the server numbers. */
  seq: string
  /** How many of its own messages it has numbered. */
  sent: number
  attempt: number
}

/** As the SDK does. */
const acknowledgedTogether = 20
/** In a relayed message it stands at the end: `,"seq":"17","prev":"16"}`. With Redis each has the time in it. */
const seqBytes = 96

export const resumable: Protocol<Seat> & { heard(seat: Seat, text: string): void } = {
  hasDirected: true,
  async join(port, roomId, capacity) {
    const socket = await open(port)
    socket.send(JSON.stringify({ type: 'join', roomId, resume: true, ...(capacity > 2 && { capacity }) }))
    const { peerId, seq, session } = JSON.parse(await socket.next('"joined"'))
    acknowledge(socket, seq)
    return { socket, roomId, id: peerId, key: session.key, seq, sent: 0, attempt: 0 }
  },
  async met(seat) {
    seat.seq = seqOf(await seat.socket.next('"ready"'))
  },
  volley: (from, to, signal, isDirected) =>
    numberedVolley(textOf(signal, isDirected ? to : undefined).slice(0, -1), () => {
      from.sent += 1
      return from.sent
    }),
  marker: (signal) => `"type":"${signal}"`,
  async leave({ socket }) {
    socket.send('{"type":"leave"}')
    await socket.next('"left"')
    await socket.close()
  },
  async return(port, { roomId, id, key, seq, sent, attempt: last }) {
    const socket = await open(port)
    const attempt = last + 1
    const mac = createHmac('sha256', key).update(`resume\n${roomId}\n${id}\n${attempt}\n${seq}`).digest('base64url')
    socket.send(JSON.stringify({ type: 'resume', roomId, peerId: id, attempt, seq, mac }))
    await socket.next('"resumed"')
    return { socket, roomId, id, key, seq, sent, attempt }
  },
  /** A message with a `seq` has come, and is acknowledged. */
  heard(seat, text) {
    seat.seq = seqOf(text)
    acknowledge(seat.socket, seat.seq)
  },
  count(seat, onRelayed) {
    let unacknowledged = 0
    countRelayed(seat.socket, onRelayed, (bytes, start, end) => {
      unacknowledged += 1
      if (unacknowledged < acknowledgedTogether) return
      unacknowledged = 0
      resumable.heard(seat, bytes.toString('latin1', Math.max(start, end - seqBytes), end))
    })
  },
}

const pong = maskedFrame(Buffer.from('{"type":"pong"}'))

async function open(port: number): Promise<WireSocket> {
  const socket = await WireSocket.open(port, '/ws')
  socket.pingText = '{"type":"ping"}'
  socket.pongFrame = pong
  return socket
}

function acknowledge(socket: WireSocket, seq: string): void {
  socket.send(`{"type":"ack","seq":"${seq}"}`)
}

function seqOf(text: string): string {
  const [, seq] = /"seq":"([^"]+)"/.exec(text) ?? []
  if (seq === undefined) throw new Error(`no seq in ${text}`)
  return seq
}
