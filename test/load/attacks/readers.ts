import { frame } from '../raw-socket.js'
import { type Attack, atRate, join, keep, newRoom, type Scene } from './scene.js'

const readers = 100
const sendersEach = 2
const frameBytes = 16_384
/** What the service lets a socket send: so much at once, then so much a second. */
const burstFrames = 64
const framesPerSecond = 4
/** How fast the first is sent, of all senders together. */
const burstFramesPerSecond = 1000

/** 100 sockets that read nothing, every other one able to resume, each with two others in its room that send to it all they may. */
export const neverReading: Attack = (scene) => {
  const senders = new Set<Sender>()
  const release = keep(readers, (onEnd) => room(scene, senders, onEnd))
  const inTurn = (perSecond: number, isTheirs: (sender: Sender) => boolean): (() => void) => {
    let order: Sender[] = []
    return atRate(perSecond, () => {
      if (order.length === 0) order = [...senders].filter(isTheirs)
      order.pop()?.send()
    })
  }
  const stopBurst = inTurn(burstFramesPerSecond, ({ sent }) => sent < burstFrames)
  const stopSending = inTurn(readers * sendersEach * framesPerSecond, ({ sent }) => sent >= burstFrames)
  return () => {
    stopBurst()
    stopSending()
    release()
  }
}

interface Sender {
  readonly sent: number
  send(): void
}

let made = 0

function room(scene: Scene, senders: Set<Sender>, onEnd: () => void): () => void {
  const roomId = newRoom()
  made += 1
  const more = { capacity: 1 + sendersEach, ...(made % 2 === 0 && { resume: true }) }
  const ends: (() => void)[] = []
  const end = (): void => {
    for (const part of ends.splice(0)) part()
  }
  const reader = join(scene, roomId, {
    more,
    onJoined: (socket, peerId) => {
      // It has to say that it knows of its seat, or that would not be held.
      socket.send(frame('{"type":"ack","seq":"0"}'))
      socket.socket.pause()
      for (let k = 0; k < sendersEach; k += 1) ends.push(sender(scene, roomId, peerId, senders))
    },
    onEnd: () => {
      end()
      onEnd()
    },
  })
  ends.push(() => reader.cut())
  return end
}

function sender(scene: Scene, roomId: string, to: string, senders: Set<Sender>): () => void {
  const message = { type: 'ice', to, candidate: { candidate: '' } }
  const padding = frameBytes - JSON.stringify(message).length
  const text = frame(JSON.stringify({ ...message, candidate: { candidate: 'x'.repeat(padding) } }))
  const one = {
    sent: 0,
    send: () => {
      if (socket.socket.writableLength > 4 * frameBytes) return
      one.sent += 1
      socket.send(text)
    },
  }
  const socket = join(scene, roomId, {
    onJoined: () => senders.add(one),
    onEnd: () => senders.delete(one),
  })
  return () => {
    senders.delete(one)
    socket.cut()
  }
}
