import { BaseServer, type Message, type Peer, type Sender } from './base-server.js'
import type { Twist } from './twisting-proxy.js'

/** What each is broken in, and by which row that has to be found. */
export const mutants: Readonly<Record<string, readonly [server: new () => BaseServer, row: string]>> = {
  'says the room in another way': [
    class extends BaseServer {
      override tell(socket: Peer, message: Message): void {
        super.tell(socket, message['type'] === 'joined' ? { ...message, roomId: undefined } : message)
      }
    },
    'join',
  ],
  'counts the newcomer among the others': [
    class extends BaseServer {
      override tell(socket: Peer, { peers, ...message }: Message): void {
        super.tell(socket, typeof peers === 'number' ? { ...message, peers: peers + 1 } : message)
      }
    },
    'peers',
  ],
  'has other rooms for numbers': [
    class extends BaseServer {
      override roomOf(roomId: unknown): string {
        return typeof roomId === 'number' ? `#${roomId}` : super.roomOf(roomId)
      }
    },
    'room-as-number',
  ],
  'does not trim': [
    class extends BaseServer {
      override roomOf(roomId: unknown): string {
        return super.roomOf(roomId) === '' ? '' : String(roomId)
      }
    },
    'room-trimmed',
  ],
  'takes a room without a name': [
    class extends BaseServer {
      override roomOf(roomId: unknown): string {
        return String(roomId)
      }
    },
    'room-trimmed',
  ],
  'leaves the room before it looks at the join': [
    class extends BaseServer {
      override join(socket: Peer, message: Message): void {
        this.leave(socket)
        super.join(socket, message)
      }
    },
    'room-required',
  ],
  'has the older one begin': [
    class extends BaseServer {
      override ready(newcomer: Peer, others: readonly Peer[]): void {
        this.tell(newcomer, { type: 'ready', isInitiator: false })
        for (const other of others) this.tell(other, { type: 'ready', isInitiator: true })
      }
    },
    'ready',
  ],
  'says ready twice': [
    class extends BaseServer {
      override ready(newcomer: Peer, others: readonly Peer[]): void {
        super.ready(newcomer, others)
        for (const other of others) this.tell(other, { type: 'ready', isInitiator: false })
      }
    },
    'ready',
  ],
  'lets a third one in': [
    class extends BaseServer {
      override full(socket: Peer, roomId: string): void {
        this.seats.set(socket, roomId)
        this.tell(socket, { type: 'joined', roomId, peers: 2 })
      }
    },
    'full',
  ],
  'tells the two of a third one': [
    class extends BaseServer {
      override full(socket: Peer, roomId: string): void {
        super.full(socket, roomId)
        for (const other of this.rooms.get(roomId) ?? []) this.tell(other, { type: 'peer-left' })
      }
    },
    'full',
  ],
  'stays in the room until it is sure of the other one': [
    class extends BaseServer {
      override join(socket: Peer, message: Message): void {
        const roomId = this.roomOf(message['roomId'])
        const others = (this.rooms.get(roomId) ?? []).filter((other) => other !== socket)
        if (others.length >= 2) this.full(socket, roomId)
        else super.join(socket, message)
      }
    },
    'join-leaves',
  ],
  'takes a second join for the first one said again': [
    class extends BaseServer {
      override join(socket: Peer, message: Message): void {
        const roomId = this.roomOf(message['roomId'])
        if (this.seats.get(socket) === roomId) this.tell(socket, { type: 'joined', roomId, peers: 1 })
        else super.join(socket, message)
      }
    },
    'join-again',
  ],
  'says nothing to who leaves': [
    class extends BaseServer {
      override tell(socket: Peer, message: Message): void {
        if (message['type'] !== 'left') super.tell(socket, message)
      }
    },
    'leave',
  ],
  'forgets to say that a socket has closed': [
    class extends BaseServer {
      override closed(socket: Peer): void {
        this.rooms.set(this.seats.get(socket) ?? '', [])
      }
    },
    'closed',
  ],
  'keeps the place of who leaves': [
    class extends BaseServer {
      override leave(socket: Peer): void {
        const roomId = this.seats.get(socket)
        const members = this.rooms.get(roomId ?? '')
        super.leave(socket)
        if (roomId !== undefined && members?.length === 1) this.rooms.set(roomId, members)
      }
    },
    'empty-room',
  ],
  'says ready once in the life of a room': [
    class extends BaseServer {
      #done = new Set<string>()
      override ready(newcomer: Peer, others: readonly Peer[]): void {
        const roomId = this.seats.get(newcomer) ?? ''
        if (!this.#done.has(roomId)) super.ready(newcomer, others)
        this.#done.add(roomId)
      }
    },
    'ready-again',
  ],
  'relays what it knows': [
    class extends BaseServer {
      override relay(sender: Sender, { type, sdp, candidate, number, text }: Message): void {
        super.relay(sender, { type, sdp, candidate, number, text })
      }
    },
    'relay',
  ],
  'says it to the sender as well': [
    class extends BaseServer {
      override relay(sender: Sender, message: Message): void {
        super.relay(sender, message)
        this.tell(sender.socket, message)
      }
    },
    'relay',
  ],
  'brings the last one first': [
    class extends BaseServer {
      #waiting: (() => void)[] = []
      override relay(sender: Sender, message: Message): void {
        if (this.#waiting.length === 0) setTimeout(() => this.#flush(), 20)
        this.#waiting.push(() => super.relay(sender, message))
      }
      override leave(socket: Peer): void {
        this.#flush()
        super.leave(socket)
      }
      #flush(): void {
        for (const say of this.#waiting.splice(0).reverse()) say()
      }
    },
    'order',
  ],
  'relays to every room': [
    class extends BaseServer {
      override relay(sender: Sender, message: Message): void {
        for (const other of this.server.clients) if (other !== sender.socket) this.tell(other, message)
      }
    },
    'rooms-apart',
  ],
  'says nothing to who is in no room': [
    class extends BaseServer {
      override homeless(): void {}
    },
    'join-first',
  ],
  'is at one address only': [
    class extends BaseServer {
      override options(): object {
        return { path: '/' }
      }
    },
    'addresses',
  ],
  'does not answer pings': [
    class extends BaseServer {
      override options(): object {
        return { autoPong: false }
      }
    },
    'ping',
  ],
  'goes on without a word about what is no JSON': [
    class extends BaseServer {
      override hear(socket: Peer, text: string): void {
        if (!/^(hello)?$|"offer"$/.test(text)) super.hear(socket, text)
      }
    },
    'not-json',
  ],
  'ends a socket that sends no object': [
    class extends BaseServer {
      override hear(socket: Peer, text: string): void {
        if (text.startsWith('[')) socket.close(1011)
        else super.hear(socket, text)
      }
    },
    'not-object',
  ],
  'relays also what has no type': [
    class extends BaseServer {
      override read(text: string): Message | undefined {
        return text.startsWith('{}') || text.startsWith('{"type":1') ? { type: 'ice' } : super.read(text)
      }
    },
    'no-type',
  ],
  'relays whatever comes': [
    class extends BaseServer {
      override unknown(sender: Sender, message: Message): void {
        this.relay(sender, message)
      }
    },
    'unknown-type',
  ],
}

const relayed: ReadonlySet<unknown> = new Set(['offer', 'answer', 'ice'])
const without = (message: Message, ...fields: string[]): Message =>
  Object.fromEntries(Object.entries(message).filter(([field]) => !fields.includes(field)))
const onType =
  (type: string, twist: (message: Message) => Message): NonNullable<Twist['told']> =>
  (message) => [message['type'] === type ? twist(message) : message]
const codeAs = (from: string, to: string): NonNullable<Twist['told']> =>
  onType('error', (message) => ({ ...message, code: message['code'] === from ? to : message['code'] }))

/** What each does wrong of the additions, and by which row that has to be found. */
export const twists: readonly (readonly [Twist, row: string])[] = [
  [{ told: onType('joined', (joined) => ({ ...joined, peerId: 'me' })) }, 'identity/peer-id'],
  [{ told: onType('joined', (joined) => ({ ...joined, members: [] })) }, 'identity/members'],
  [{ told: onType('peer-left', (left) => without(left, 'reason')) }, 'identity/about-whom'],
  [{ told: (message) => [relayed.has(message['type']) ? { ...message, to: 'you' } : message] }, 'identity/from'],
  [{ heard: (message) => ('x-conform' in message ? { type: 'nonsense' } : message) }, 'identity/unknown-fields'],
  [
    { told: onType('joined', (joined) => ({ ...joined, members: [...Object(joined['members'])].reverse() })) },
    'many/pairs',
  ],
  [{ told: onType('full', (full) => ({ ...full, type: 'joined' })) }, 'many/first-capacity'],
  [{ told: codeAs('to-required', 'bad-message') }, 'many/to'],
  [{ told: codeAs('peer-not-found', 'bad-message') }, 'many/unknown-to'],
  [{ told: codeAs('room-id-invalid', 'bad-message') }, 'errors/codes'],
  [{ told: onType('error', (error) => without(error, 'id')) }, 'errors/own-id'],
  [
    { told: (message) => [relayed.has(message['type']) && !('seq' in message) ? { ...message, seq: '1' } : message] },
    'resume/session',
  ],
  [{ told: onType('peer-left', (left) => ('prev' in left ? { ...left, prev: 'x' } : left)) }, 'resume/chain'],
  [{ told: (message) => (message['type'] === 'ack' ? [] : [message]) }, 'resume/numbers'],
  [{ told: (message) => (message['number'] === 3 ? [] : [message]) }, 'resume/resumed'],
  [{ told: (message) => (message['number'] === 3 ? [message, message] : [message]) }, 'resume/resumed'],
  [{ code: (code) => (code === 4001 ? 4002 : code) }, 'resume/alive'],
  [{ told: codeAs('resume-gone', 'resume-stale') }, 'resume/mac'],
  [{ heard: (message) => (message['type'] === 'leave' ? { type: 'pong' } : message) }, 'resume/given-up'],
  [{ told: codeAs('resume-stale', 'resume-gone') }, 'resume/stale'],
  [{ heard: (message) => without(message, 'replace') }, 'resume/replace'],
  [{ told: onType('peer-away', (away) => ({ ...away, peerId: 'somebody' })) }, 'resume/away'],
  [{ told: onType('resync', (resync) => ({ ...resync, members: [] })) }, 'resume/resync'],
  [{ told: onType('peer-left', (left) => ({ ...left, reason: 'disconnected' })) }, 'resume/leave'],
  [{ told: onType('peer-updated', (updated) => without(updated, 'metadata')) }, 'profiles/update'],
  [{ told: codeAs('host-required', 'bad-message') }, 'doors/host-only'],
  [{ told: codeAs('room-locked', 'access-denied') }, 'doors/lock'],
  [{ told: onType('knock', (knock) => ({ ...knock, peerId: 'somebody' })) }, 'doors/knock'],
  [{ code: (code) => (code === 4010 ? 4001 : code) }, 'doors/kick'],
  [{ code: (code) => (code === 1003 ? 1008 : code) }, 'close-codes/binary'],
  [{ code: (code) => (code === 1009 ? 1011 : code) }, 'close-codes/too-big'],
]
