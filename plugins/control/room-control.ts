import { Value } from '@sinclair/typebox/value'
import type { FastifyBaseLogger } from 'fastify'
import {
  Announcement,
  type Limits,
  type RoomId,
  type RoomInfo,
  RoomListing,
  type RoomSummary,
  SignalingError,
} from '../../schemas/index.js'
import { memberInfoOf } from '../events/member-info.js'
import type { LogNames } from '../naming/log-names.js'
import { readRoomId } from '../naming/room-id.js'
import type { RoomCommand, RoomOversight, RoomView } from '../rooms/room-oversight.js'
import { StoreUnavailable } from '../rooms/room-store.js'
import { BadRequest, PeerNotFound, RoomNotFound, StoreDoesNotAnswer } from './host-error.js'

/** Most bytes of `data` in an announcement, once serialised. */
const maxDataBytes = 8192
const defaultListed = 100

/**
 * The rooms, as the application that the service is part of sees them and has them under control: all of them, also where several
 * instances share them. Each of its methods may reject with an error of the closed list in `hostErrors`.
 */
export interface Signalbox {
  /** The rooms by their names: the first 100, or `limit`, of those `after` a name. */
  rooms(listing?: RoomListing): Promise<RoomSummary[]>
  /** One room, and who is in it; undefined where there is none. */
  room(roomId: string | number): Promise<RoomInfo | undefined>
  /** Throws a member out, or turns somebody away who knocks. It is kept out, as when a host has done it. */
  kick(roomId: string | number, peerId: string): Promise<void>
  /** Lets nobody else in but hosts; with `knock`, whom a host lets in. */
  lock(roomId: string | number, how?: { readonly knock?: boolean }): Promise<void>
  /** Lets in again whoever may join. */
  unlock(roomId: string | number): Promise<void>
  /** Throws everybody out at once. Nobody is kept out: whoever joins then makes another room. */
  close(roomId: string | number): Promise<void>
  /** Tells those in a room who want news of it: a text for people, data for the application, or both. */
  announce(roomId: string | number, announcement: Announcement): Promise<void>
}

export interface RoomControlOptions {
  readonly rooms: RoomOversight
  readonly limits: Limits
  readonly log: FastifyBaseLogger
  readonly logNames: LogNames
}

/** @see Signalbox */
export class RoomControl implements Signalbox {
  readonly #options: RoomControlOptions

  constructor(options: RoomControlOptions) {
    this.#options = options
  }

  async rooms(listing: RoomListing = {}): Promise<RoomSummary[]> {
    if (!Value.Check(RoomListing, listing)) throw new BadRequest(faultOf(RoomListing, listing))
    const { limit = defaultListed, after } = listing
    return this.#reach(async (rooms) => {
      const names = [...(await rooms.names())].sort(byCodePoint)
      const from = after === undefined ? 0 : names.findIndex((name) => byCodePoint(name, after) > 0)
      const listed = from < 0 ? [] : names.slice(from, from + limit)
      const views = await Promise.all(listed.map((name) => rooms.look(name)))
      // One may be over by now.
      return views.flatMap((view) => (view === undefined ? [] : { ...roomOf(view), members: view.occupants.length }))
    })
  }

  async room(roomId: string | number): Promise<RoomInfo | undefined> {
    const view = await this.#reach((rooms) => rooms.look(this.#read(roomId)))
    if (view === undefined) return undefined
    const members = view.occupants.map(({ isAway, ...occupant }) => ({ ...memberInfoOf(occupant), isAway }))
    return { ...roomOf(view), members }
  }

  async kick(roomId: string | number, peerId: string): Promise<void> {
    if (typeof peerId !== 'string') throw new BadRequest('peerId: Expected string')
    await this.#direct(roomId, { kind: 'kick', peerId })
  }

  async lock(roomId: string | number, { knock = false }: { readonly knock?: boolean } = {}): Promise<void> {
    await this.#direct(roomId, { kind: 'door', door: knock ? 'knock' : 'locked' })
  }

  async unlock(roomId: string | number): Promise<void> {
    await this.#direct(roomId, { kind: 'door', door: 'open' })
  }

  async close(roomId: string | number): Promise<void> {
    await this.#direct(roomId, { kind: 'close' })
  }

  async announce(roomId: string | number, announcement: Announcement): Promise<void> {
    await this.#direct(roomId, { kind: 'announce', announcement: readAnnouncement(announcement) })
  }

  async #direct(asked: string | number, command: RoomCommand): Promise<void> {
    const roomId = this.#read(asked)
    const outcome = await this.#reach((rooms) => rooms.direct(roomId, command))
    if (outcome === 'room-not-found') throw new RoomNotFound()
    if (outcome === 'peer-not-found') throw new PeerNotFound()
    const { log, logNames } = this.#options
    const peerId = command.kind === 'kick' ? { peerId: command.peerId } : {}
    const door = command.kind === 'door' ? { door: command.door } : {}
    log.info({ roomId: logNames.room(roomId), kind: command.kind, ...peerId, ...door }, 'operator command')
  }

  async #reach<Value>(ask: (rooms: RoomOversight) => Promise<Value>): Promise<Value> {
    try {
      return await ask(this.#options.rooms)
    } catch (error) {
      throw error instanceof StoreUnavailable ? new StoreDoesNotAnswer() : error
    }
  }

  #read(roomId: string | number): RoomId {
    try {
      return readRoomId(roomId, this.#options.limits)
    } catch (error) {
      throw error instanceof SignalingError ? new BadRequest(error.message) : error
    }
  }
}

/** Without what there is no meaning for. */
function readAnnouncement(announcement: Announcement): Announcement {
  if (!Value.Check(Announcement, announcement)) throw new BadRequest(faultOf(Announcement, announcement))
  const { text, data } = announcement
  if (text === undefined && data === undefined) throw new BadRequest('an announcement needs a text, or data')
  if (data !== undefined && Buffer.byteLength(JSON.stringify(data)) > maxDataBytes)
    throw new BadRequest(`data: more than ${maxDataBytes} bytes`)
  return { ...(text !== undefined && { text }), ...(data !== undefined && { data }) }
}

function faultOf(schema: typeof Announcement | typeof RoomListing, value: unknown): string {
  const error = Value.Errors(schema, value).First()
  return `${error?.path.slice(1) || 'what is given'}: ${error?.message}`
}

function roomOf({ roomId, door, capacity }: RoomView): Pick<RoomSummary, 'roomId' | 'door' | 'capacity'> {
  return { roomId, door, capacity }
}

/** The same order on every machine. */
function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
