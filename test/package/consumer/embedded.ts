// What an application in TypeScript does with the plugin and the schemas. Compiled strictly, and run.
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import signalbox, {
  type AuthorizeHook,
  signalbox as byName,
  errorCodes,
  type IceServersHook,
  type LeaveNews,
  mintToken,
  type RoomSummary,
  type SignalboxOptions,
} from 'signalbox'
import { type ClientMessage, type Joined, type ServerMessage, serverMessages } from 'signalbox/schemas'

// Names that the plugin uses within its own context are free in an application.
declare module 'fastify' {
  interface FastifyInstance {
    access: number
    admission: number
    drain: number
    iceServers: number
    rooms: Map<string, string>
    signaling: number
  }
  interface FastifyReply {
    withPageHeaders: number
  }
}

const authorize: AuthorizeHook = async (request, { roomId, name, grant }) => {
  request.log.debug({ roomId, name, role: grant?.role })
  return roomId.startsWith('secret') ? null : { role: 'host', capacity: 3 }
}
const iceServers: IceServersHook = () => ({ iceServers: [{ urls: ['stun:stun.example:3478'] }], ttlMs: 600_000 })
const onLeave = ({ peer, reason, log }: LeaveNews): void => log.debug({ peerId: peer.peerId, reason })
const options: SignalboxOptions = { authorize, iceServers, onLeave, drainMs: 1000, page: false, maxEventLoopDelayMs: 0 }

// @ts-expect-error no such option
export const unknown: SignalboxOptions = { port: 3000 }
// @ts-expect-error a number is needed
export const wrong: SignalboxOptions = { drainMs: '1000' }
// @ts-expect-error no such type of message
export const strange: ClientMessage = { type: 'shout' }
// @ts-expect-error much is missing
export const poor: ServerMessage = { type: 'joined', roomId: '1001' }

/** What an application may do with its rooms. */
export async function close({ signalbox: rooms }: FastifyInstance): Promise<RoomSummary[]> {
  for (const { roomId } of await rooms.rooms({ limit: 10 })) await rooms.close(roomId)
  return rooms.rooms()
}

/** What a client of one's own does with what it gets. */
export function describe(message: ServerMessage): string {
  switch (message.type) {
    case 'joined': {
      const { peerId, members }: Joined = message
      return `${peerId} and ${members.length} others`
    }
    case 'error':
      return errorCodes[message.code].when
    default:
      return message.type
  }
}

const app: FastifyInstance = Fastify({ forceCloseConnections: true })
app.decorate('rooms', new Map([['a', 'mine']]))
await app.register(signalbox, { ...options, prefix: '/calls' })
await app.register(byName, { prefix: '/other', maxEventLoopDelayMs: 0 })
app.get('/', async () => app.rooms.get('a'))
await app.listen({ port: 0, host: '127.0.0.1' })
const { token, expiresAt } = await mintToken(
  { room: '1001', name: 'Ada', ttlSeconds: 60 },
  { tokenSecrets: ['a secret of 32 characters or more'] },
)
console.info(
  JSON.stringify({
    port: (app.server.address() as AddressInfo).port,
    types: Object.keys(serverMessages),
    token: token.split('.').length,
    expiresAt: expiresAt.getTime() > Date.now(),
  }),
)
process.on('SIGTERM', () => void app.close())
