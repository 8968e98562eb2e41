import type { Door, Member, PeerId } from '../../../schemas/index.js'
import { deepFreeze } from '../member-snapshot.js'
import type { RoomEvent } from '../room-event.js'
import type { RoomView } from '../room-oversight.js'
import type { Cursor, Entry, Identity } from '../room-store.js'

/**
 * What the script answers and publishes, as `script/fields.lua` says it. All that comes from the store is read here, and nowhere else.
 */

/** What an operation has come to. */
export interface Reply {
  readonly outcome: string
  /** What time it is there. */
  readonly nowMs: number
  /** When something runs out in the room; undefined: nothing does. */
  readonly dueInMs: number | undefined
  /** undefined: there is no such room. */
  readonly door: Door | undefined
  /** What the operation has to say besides. */
  readonly said: readonly unknown[]
  readonly news: readonly News[]
}

/** A record of the log, as one member is told it. */
export interface Share {
  readonly id: Cursor
  /** The record that this member was told before. */
  readonly prev: Cursor
  /** undefined: one of a newer version, of a kind that this one does not know. It has its place all the same. */
  readonly entries: readonly (Entry | undefined)[]
}

/** Whose it is: news for who had the seat by another attempt is nobody's. */
export interface Addressee {
  readonly peerId: PeerId
  readonly attempt: number
}

/**
 * What has become of a seat or a knock: somebody else has it, a host has thrown it out, the room was closed, its time is over, what was said to it is
 * lost; what has become of the knock is to be asked.
 */
export type NoticeKind = 'taken' | 'kicked' | 'closed' | 'lapsed' | 'jolt' | 'knock'

/** What a node is told of a room, for the members it has there. */
export type News =
  | { readonly roomKey: string; readonly shares: readonly (Addressee & { readonly share: Share })[] }
  | { readonly roomKey: string; readonly notice: NoticeKind; readonly to: Addressee }
  /** Only in the answer to who has caused it. */
  | { readonly roomKey: string; readonly event: Omit<RoomEvent, 'roomId'> }

/** A seat as the store has it. */
export interface SeatDescription {
  /** Where it stands among the others: who came later has a higher one. */
  readonly order: number
  readonly received: number
  readonly tail: Cursor
  readonly flags: number
  readonly capacity: number
  readonly member: Member
  readonly identity: Identity
}

const noticeKinds: readonly string[] = ['taken', 'kicked', 'closed', 'lapsed', 'jolt', 'knock'] satisfies NoticeKind[]
const entryKinds: readonly string[] = [
  'peer-present',
  'peer-joined',
  'peer-updated',
  'peer-left',
  'peer-away',
  'peer-back',
  'knock',
  'knock-ended',
  'door',
  'announcement',
  'refused',
] satisfies Entry['kind'][]

/** @throws TypeError  when it is no reply of the script */
export function decodeReply(value: unknown): Reply {
  const [outcome, nowMs, dueInMs, door, said, ...news] = listOf(value)
  const doorText = textOf(door)
  return {
    outcome: textOf(outcome),
    nowMs: Number(nowMs),
    dueInMs: atLeastZero(dueInMs),
    door: doorText === '' ? undefined : (doorText as Door),
    said: listOf(said),
    news: news.flatMap((text) => decodeNews(bytesOf(text)) ?? []),
  }
}

/** @returns  nothing for what is no news, or none that this version knows */
export function decodeNews(text: Buffer): News | undefined {
  const headEnd = text.indexOf(10)
  const keyEnd = text.indexOf(10, headEnd + 1)
  if (headEnd < 0 || keyEnd < 0) return undefined
  const [id = '', kind = '', ...to] = text.toString('latin1', 0, headEnd).split(' ')
  const roomKey = text.toString('utf8', headEnd + 1, keyEnd)
  if (id === '!') {
    const [peerId = '', attempt] = (to[0] ?? '').split(':')
    if (!noticeKinds.includes(kind)) return undefined
    return { roomKey, notice: kind as NoticeKind, to: { peerId, attempt: Number(attempt) } }
  }
  if (id === '*') return { roomKey, event: JSON.parse(text.toString('utf8', keyEnd + 1)) }
  const entries = decodeEntries(kind, text.subarray(keyEnd + 1))
  const shares = to.map((part) => {
    const [peerId = '', attempt, prev = ''] = part.split(':')
    return { peerId, attempt: Number(attempt), share: { id, prev, entries } }
  })
  return { roomKey, shares }
}

/** @param value  `id kind before`, body, and so on */
export function decodeShares(value: unknown): Share[] {
  const list = listOf(value)
  const shares: Share[] = []
  for (let index = 0; index < list.length; index += 2) {
    const [id = '', kind = '', prev = ''] = textOf(list[index]).split(' ')
    shares.push({ id, prev, entries: decodeEntries(kind, bytesOf(list[index + 1])) })
  }
  return shares
}

export function decodeDescription(value: unknown): SeatDescription {
  const [order, received, tail, flags, capacity, member, identity] = listOf(value)
  return {
    order: Number(textOf(order)),
    received: Number(received),
    tail: textOf(tail),
    flags: Number(flags),
    capacity: Number(capacity),
    member: decodeMember(member),
    identity: JSON.parse(textOf(identity)),
  }
}

/** @param value  order, member, and so on */
export function decodeOthers(value: unknown): { readonly order: number; readonly member: Member }[] {
  const list = listOf(value)
  const others = []
  for (let index = 0; index < list.length; index += 2)
    others.push({ order: Number(textOf(list[index])), member: decodeMember(list[index + 1]) })
  return others
}

/** @param value  capacity, then of each who is there: member, identity, when it came, whether it is heard */
export function decodeView(value: unknown): Pick<RoomView, 'capacity' | 'occupants'> {
  const [capacity, ...list] = listOf(value)
  const occupants = list.map((one) => {
    const [member, identity, joinedAtMs, isHeard] = listOf(one)
    return {
      member: decodeMember(member),
      identity: JSON.parse(textOf(identity)),
      joinedAtMs: Number(textOf(joinedAtMs)),
      isAway: isHeard === 0,
    }
  })
  return { capacity: Number(capacity), occupants }
}

export function textOf(value: unknown): string {
  return Buffer.isBuffer(value) ? value.toString() : String(value ?? '')
}

function decodeMember(value: unknown): Member {
  return deepFreeze(JSON.parse(textOf(value)))
}

function decodeEntries(kind: string, body: Buffer): (Entry | undefined)[] {
  if (kind === 'm') return [{ kind: 'message', frame: body }]
  const entries: Entry[] = kind === 'e' ? JSON.parse(body.toString()) : []
  return entries.map((entry) => (entryKinds.includes(entry.kind) ? deepFreeze(entry) : undefined))
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError('the store has answered something else than a list')
  return value
}

function bytesOf(value: unknown): Buffer {
  if (!Buffer.isBuffer(value)) throw new TypeError('the store has answered something else than a text')
  return value
}

function atLeastZero(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 ? value : undefined
}
