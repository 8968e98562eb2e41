import { frame, type RawSocket, textFrame } from '../raw-socket.js'
import { type Attack, join, keep, newRoom, type Scene } from './scene.js'

const sockets = 50
const everyMs = 10
/** So much may wait in the attacker's process for one socket: that much the service has not taken. */
const maxWaitingBytes = 65_536

/** 50 sockets in rooms of two, each of which sends the other 5,000 messages a second: 100 times what it may. */
export const messages: Attack = (scene) => flood(scene, repeated(candidate, 50))

/** 50 sockets, each of which pings 5,000 times a second. */
export const pings: Attack = (scene) => flood(scene, repeated(frame('', 0x89), 50))

/** 50 sockets, each of which sends 20,000 fragments a second, of one byte and of none, of messages that do not end. */
export const fragments: Attack = (scene) =>
  flood(scene, repeated(Buffer.concat([frame(' ', 0x00), frame('', 0x00)]), 100), frame('{', 0x01))

const candidate = textFrame({
  type: 'ice',
  candidate: { candidate: 'candidate:1 1 udp 2122260223 127.0.0.1 50000 typ host', sdpMid: '0', sdpMLineIndex: 0 },
})

function repeated(bytes: Buffer, times: number): Buffer {
  return Buffer.concat(Array<Buffer>(times).fill(bytes))
}

/**
 * @param batch  what goes out every 10 ms, unless the service has not taken the last
 * @param first  what goes out once, before the rest
 */
function flood(scene: Scene, batch: Buffer, first?: Buffer): () => void {
  const live = new Set<RawSocket>()
  let roomId = newRoom()
  let made = 0
  const release = keep(sockets, (onEnd) => {
    made += 1
    if (made % 2 === 1) roomId = newRoom()
    const socket = join(scene, roomId, {
      onJoined: (joined) => {
        if (first !== undefined) joined.send(first)
        live.add(joined)
      },
      onEnd: () => {
        live.delete(socket)
        onEnd()
      },
    })
    return () => socket.cut()
  })
  const timer = setInterval(() => {
    for (const socket of live) if (socket.socket.writableLength < maxWaitingBytes) socket.send(batch)
  }, everyMs)
  return () => {
    clearInterval(timer)
    release()
  }
}
