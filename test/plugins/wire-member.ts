import { isDeepStrictEqual } from 'node:util'
import type { Test } from 'tap'
import type { Member, Profile, RelayedMessage, ServerMessage } from '../../schemas/index.js'
import { Client } from '../helper.js'

/** What a directed frame says about itself, to be checked where it arrives. */
export interface Parcel {
  /** Which member sent it: its `number`. */
  readonly sender: number
  /** Counted by the sender; also the `id` of the message. */
  readonly n: number
  readonly to: string
}

/** A command whose answer, if any, comes in the order of commands. */
type Command =
  | { readonly kind: 'join'; readonly profile: Profile }
  | { readonly kind: 'leave' }
  | { readonly kind: 'update'; readonly change: Change; readonly id: number }
  | { readonly kind: 'send'; readonly parcel: Parcel }

/** The fields of an `update`. */
export type Change = { readonly [K in keyof Profile]: Profile[K] | null }

/** What one knows of another member. */
export interface Known {
  readonly isInitiator: boolean
  readonly member: Member
}

/**
 * One socket of a random history. It keeps the view that the frames it got add up to, what it did itself and what came
 * of it, and complains of any frame that does not fit.
 */
export class WireMember {
  readonly number: number
  readonly client: Client
  readonly wantsUpdates: boolean
  readonly faults: string[] = []

  /** The view: its room, and the others there. */
  room: { readonly roomId: string; readonly peerId: string; readonly capacity: number } | undefined
  readonly known = new Map<string, Known>()
  /** Every peerId it has had. */
  readonly peerIds = new Set<string>()
  readonly sent: Parcel[] = []
  readonly refused = new Set<number>()
  readonly received: (Parcel & { readonly from: string })[] = []

  /** What the others are to see of it, as far as its commands have been answered. */
  profile: Profile = {}
  readonly #commands: Command[] = []
  readonly #answers: ServerMessage[] = []
  #count = 0

  private constructor(number: number, client: Client, wantsUpdates: boolean) {
    this.number = number
    this.client = client
    this.wantsUpdates = wantsUpdates
    client.socket.on('message', (data) => this.#hear(JSON.parse(data.toString())))
  }

  static async connect(t: Test, url: string, number: number): Promise<WireMember> {
    return new WireMember(number, await Client.connect(t, url), number % 3 !== 0)
  }

  join(roomId: string, capacity: number, profile: Profile): void {
    this.#commands.push({ kind: 'join', profile })
    this.client.send({ type: 'join', roomId, capacity, ...profile, ...(this.wantsUpdates && { updates: true }) })
  }

  leave(): void {
    this.#commands.push({ kind: 'leave' })
    this.client.send({ type: 'leave' })
  }

  update(change: Change): void {
    this.#count += 1
    this.#commands.push({ kind: 'update', change, id: this.#count })
    this.client.send({ type: 'update', ...change, id: this.#count })
  }

  send(type: 'offer' | 'answer' | 'ice' | 'restart' | 'keep', to: string): void {
    this.#count += 1
    const parcel: Parcel = { sender: this.number, n: this.#count, to }
    this.#commands.push({ kind: 'send', parcel })
    this.sent.push(parcel)
    this.client.send({ type, to, id: this.#count, parcel })
  }

  /** At rest: goes through its commands and what was answered, and brings `profile` up to date. */
  replay(): void {
    let isSeated = this.#wasSeated
    for (const command of this.#commands.splice(0)) {
      switch (command.kind) {
        case 'join': {
          const answer = this.#answers.shift()
          if (answer?.type !== 'joined' && answer?.type !== 'full') this.faults.push(`join answered by ${answer?.type}`)
          isSeated = answer?.type === 'joined'
          this.profile = command.profile
          break
        }
        case 'leave': {
          const answer = this.#answers.shift()
          if (answer?.type !== (isSeated ? 'left' : 'error')) this.faults.push(`leave answered by ${answer?.type}`)
          isSeated = false
          break
        }
        case 'update':
          if (this.refused.has(command.id) === isSeated) this.faults.push('an update was refused, or should have been')
          if (isSeated) this.profile = changed(this.profile, command.change)
          break
        case 'send':
          if (!isSeated && !this.refused.has(command.parcel.n)) this.faults.push('sent from outside a room')
          break
      }
    }
    if (this.#answers.length > 0) this.faults.push('an answer to nothing')
    this.#wasSeated = isSeated
    if (isSeated !== (this.room !== undefined)) this.faults.push('in a room, or in none, without having been told')
  }
  #wasSeated = false

  #hear(message: ServerMessage): void {
    switch (message.type) {
      case 'joined': {
        const { roomId, peerId, capacity, members } = message
        this.#answers.push(message)
        this.#vacate()
        this.room = { roomId, peerId, capacity }
        this.peerIds.add(peerId)
        this.#announced = members
        break
      }
      case 'full':
      case 'left':
        this.#answers.push(message)
        this.#vacate()
        break
      case 'error':
        if (typeof message.id === 'number') this.refused.add(message.id)
        else this.#answers.push(message)
        break
      case 'ready': {
        const { type: _, isInitiator, ...member } = message
        if (this.room === undefined) this.faults.push('ready outside a room')
        if (this.known.has(member.peerId)) this.faults.push('ready twice for one pair')
        if (isInitiator && !isDeepStrictEqual(this.#announced.shift(), member))
          this.faults.push('the members in joined are not those of the ready that follow')
        this.known.set(member.peerId, { isInitiator, member })
        break
      }
      case 'peer-updated': {
        const { type: _, ...member } = message
        const before = this.known.get(member.peerId)
        if (!this.wantsUpdates) this.faults.push('an update that nobody asked for')
        if (before === undefined) this.faults.push('an update of a stranger')
        else this.known.set(member.peerId, { ...before, member })
        break
      }
      case 'peer-left':
        if (!this.known.delete(message.peerId)) this.faults.push('a stranger left')
        break
      default: {
        const { parcel, from } = message as RelayedMessage & { readonly parcel: Parcel }
        if (!this.known.has(from)) this.faults.push(`${message.type} from a stranger`)
        if (parcel.to !== this.room?.peerId) this.faults.push(`${message.type} that was meant for somebody else`)
        this.received.push({ ...parcel, from })
      }
    }
  }
  /** Of the `members` in `joined`, those whose `ready` has not come yet. */
  #announced: Member[] = []

  #vacate(): void {
    if (this.#announced.length > 0) this.faults.push('a ready is missing')
    this.room = undefined
    this.known.clear()
  }
}

function changed(old: Profile, change: Change): Profile {
  const all = Object.entries({ ...old, ...change }).filter(([, value]) => value !== null)
  return Object.fromEntries(all)
}
