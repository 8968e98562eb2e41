import { RawSocket, textFrame } from '../raw-socket.js'
import { type Attack, atRate, join, keep, newRoom } from './scene.js'

const connectsPerSecond = 200
const maxOpen = 500

const members = 50
/** Of each of them: the limit of messages, so that it is not slowed for that. */
const joinsPerSecond = 50

/** 200 sockets a second that come, every other one to take a seat in a new room, and go without a word. */
export const connects: Attack = (scene) => {
  const open = new Set<RawSocket>()
  let made = 0
  const stop = atRate(connectsPerSecond, () => {
    if (open.size >= maxOpen) return
    made += 1
    const leave = (socket: RawSocket): void => socket.cut()
    const socket =
      made % 2 === 0
        ? new RawSocket(scene.target(), scene.tally, leave)
        : join(scene, newRoom(), { onJoined: leave, onEnd: () => {} })
    open.add(socket)
    socket.onEnd = () => open.delete(socket)
  })
  return () => {
    stop()
    for (const socket of open) socket.cut()
  }
}

/** 50 sockets, each of which joins a new room 50 times a second, and leaves the last one for it. */
export const joins: Attack = (scene) => {
  const live = new Set<RawSocket>()
  const release = keep(members, (onEnd) => {
    const socket = join(scene, newRoom(), {
      onJoined: () => live.add(socket),
      onEnd: () => {
        live.delete(socket)
        onEnd()
      },
    })
    return () => socket.cut()
  })
  let order: RawSocket[] = []
  let isLeaving = false
  const stop = atRate(members * joinsPerSecond, () => {
    if (order.length === 0) {
      order = [...live]
      isLeaving = !isLeaving
    }
    order.pop()?.send(textFrame(isLeaving ? { type: 'leave' } : { type: 'join', roomId: newRoom(), resume: true }))
  })
  return () => {
    stop()
    release()
  }
}
