import { count, RawSocket, type Tally, type Target, textFrame } from '../raw-socket.js'

/** What an attack needs to know. */
export interface Scene {
  /** Where to go, and as whom: attackers come in turn from all the addresses that there are. */
  target(): Target
  readonly tally: Tally
}

/** Begins; what it returns ends it. */
export type Attack = (scene: Scene) => () => void

/** Within which all of them come, one after the other: many at once are an attack of their own, and there is one that does that. */
const arrivalMs = 8000
/** How long an attacker waits before it comes back when it has been cut, at the least; twice as long at the most. */
const returnMs = 1000

let rooms = 0

/** A room that nobody has been in. */
export function newRoom(): string {
  rooms += 1
  return `room of attackers ${rooms}`
}

/** So many at once, of which each is replaced a while after its end. */
export function keep(size: number, begin: (onEnd: () => void) => () => void): () => void {
  const ends = new Map<number, () => void>()
  let isOver = false
  const start = (k: number): void => {
    if (isOver) return
    const end = begin(() => setTimeout(start, returnMs * (1 + Math.random()), k))
    ends.set(k, end)
  }
  for (let k = 0; k < size; k += 1) setTimeout(start, (k * arrivalMs) / size, k)
  return () => {
    isOver = true
    for (const end of ends.values()) end()
  }
}

/** As often a second, evenly; when the process was late it catches up. */
export function atRate(perSecond: number, act: () => void): () => void {
  const startMs = performance.now()
  let done = 0
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startMs) / 1000) * perSecond)
    // After a long stall not all at once: that would be another attack.
    done = Math.max(done, due - perSecond / 4)
    for (; done < due; done += 1) act()
  }, 5)
  return () => clearInterval(timer)
}

/** Opens a socket and takes a seat. What it sends may go out at once. */
export function join(
  { target, tally }: Scene,
  roomId: string,
  { onJoined = () => {}, onEnd = () => {}, more = {} }: Joining,
): RawSocket {
  const socket = new RawSocket(target(), tally, (opened) => opened.send(textFrame({ type: 'join', roomId, ...more })))
  socket.onEnd = onEnd
  socket.onMessage = (start) => {
    const [, peerId] = /^\{"type":"joined".*?"peerId":"([^"]+)"/.exec(start) ?? []
    if (peerId === undefined) return
    count(tally, 'joined')
    onJoined(socket, peerId)
  }
  return socket
}

interface Joining {
  readonly onJoined?: (socket: RawSocket, peerId: string) => void
  readonly onEnd?: () => void
  /** Further fields of the `join`. */
  readonly more?: object
}
