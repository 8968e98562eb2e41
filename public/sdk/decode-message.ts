import type {
  Door,
  IceServer,
  KnockEnd,
  Media,
  Member,
  PeerLeft,
  RelayedMessage,
  ResumeSession,
  ServerMessage,
} from '../../schemas/index.js'
import { CallError } from './call-error.js'
import type { Keep, Signal } from './signal.js'

type Fields = Readonly<Record<string, unknown>>

/** A message of the service, as this SDK reads it. */
export type IncomingMessage = Exclude<ServerMessage, RelayedMessage | PeerLeft> | Gone | Signal | Keep

/** Whether somebody said so before it went, or a host has thrown it out. */
export type GoneReason = 'left' | 'disconnected' | 'kicked'

/** Somebody has gone, for whichever of the service's reasons. */
export interface Gone {
  readonly type: 'peer-left'
  readonly peerId: string
  readonly reason: GoneReason
}

/** Where a message stands in the chain of what the service has told this member. */
export interface Link {
  readonly seq: string
  readonly prev: string
}

/** One text frame of the service. */
export interface IncomingFrame {
  /** `undefined` for a type this version does not know, which the protocol lets the service add, and beside an `error`. */
  readonly message: IncomingMessage | undefined
  /** Also of a message that could not be read: it is not missing. */
  readonly link: Link | undefined
  /** `protocol`: a field that is needed is missing or has another type. */
  readonly error?: CallError
}

/**
 * Reads one text frame of the service.
 *
 * @param data  the `data` of the WebSocket's message event
 * @throws      CallError `protocol`: not JSON, or not an object
 */
export function decodeFrame(data: unknown): IncomingFrame {
  const fields = parse(data)
  const { seq, prev } = fields
  const link = typeof seq === 'string' && typeof prev === 'string' ? { seq, prev } : undefined
  try {
    return { message: messageOf(fields), link }
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    return { message: undefined, link, error }
  }
}

function messageOf(fields: Fields): IncomingMessage | undefined {
  switch (fields['type']) {
    case 'joined':
      return {
        type: 'joined',
        roomId: text(fields, 'roomId'),
        peers: number(fields, 'peers'),
        peerId: text(fields, 'peerId'),
        members: members(fields['members']),
        capacity: number(fields, 'capacity'),
        ...(typeof fields['name'] === 'string' && { name: fields['name'] }),
        ...(fields['role'] === 'host' && { role: 'host' }),
        ...doorOf(fields['door']),
        ...(Array.isArray(fields['iceServers']) && { iceServers: iceServers(fields['iceServers']) }),
        ...(isFields(fields['session']) && { session: session(fields['session']), seq: text(fields, 'seq') }),
        ...(fields['quality'] === true && { quality: true }),
      }
    case 'full':
      return { type: 'full', roomId: text(fields, 'roomId') }
    case 'ready':
      return { type: 'ready', isInitiator: fields['isInitiator'] === true, ...member(fields) }
    case 'offer':
    case 'answer':
    case 'ice':
    case 'restart':
      return signalOf(fields)
    case 'keep':
      return { type: 'keep', from: text(fields, 'from'), proof: fields['proof'] }
    case 'peer-updated':
      return { type: 'peer-updated', ...member(fields) }
    case 'peer-left':
      return {
        type: 'peer-left',
        peerId: text(fields, 'peerId'),
        reason: fields['reason'] === 'left' || fields['reason'] === 'kicked' ? fields['reason'] : 'disconnected',
      }
    case 'resumed':
      return { type: 'resumed', peerId: text(fields, 'peerId'), n: number(fields, 'n') }
    case 'resync':
      return {
        type: 'resync',
        peerId: text(fields, 'peerId'),
        n: number(fields, 'n'),
        members: others(fields['members']),
        seq: text(fields, 'seq'),
      }
    case 'ack':
      return { type: 'ack', n: number(fields, 'n') }
    case 'ping':
      return { type: 'ping' }
    case 'ice-servers':
      return { type: 'ice-servers', iceServers: iceServers(fields['iceServers']) }
    case 'knocking':
      return { type: 'knocking', roomId: text(fields, 'roomId') }
    case 'knock':
      return { type: 'knock', ...member(fields) }
    case 'knock-ended':
      return { type: 'knock-ended', peerId: text(fields, 'peerId'), reason: knockEndOf(fields['reason']) }
    case 'room-updated':
      return { type: 'room-updated', door: doorOf(fields['door']).door ?? 'open' }
    case 'announcement':
      return {
        type: 'announcement',
        ...(typeof fields['text'] === 'string' && { text: fields['text'] }),
        ...(isFields(fields['data']) && { data: fields['data'] }),
      }
    case 'peer-away':
    case 'peer-back':
      return { type: fields['type'], peerId: text(fields, 'peerId') }
    case 'draining':
      return { type: 'draining', retryMs: number(fields, 'retryMs') }
    case 'left':
      return { type: 'left' }
    case 'error':
      // Codes may be added; nothing here branches on one it does not know.
      return {
        type: 'error',
        code: text(fields, 'code') as ErrorCode,
        message: text(fields, 'message'),
        ...(typeof fields['id'] === 'number' && { id: fields['id'] }),
      }
    default:
      return undefined
  }
}

/**
 * Reads a signal, from wherever it came.
 *
 * @returns `undefined` for what is none
 * @throws  CallError `protocol`: it does not say from whom
 */
export function signalOf(fields: Fields): Signal | undefined {
  switch (fields['type']) {
    case 'offer':
    case 'answer':
      return { type: fields['type'], ...origin(fields), sdp: fields['sdp'] }
    case 'ice':
      return { type: 'ice', ...origin(fields), candidate: fields['candidate'] }
    case 'restart':
      return { type: 'restart', ...origin(fields), rebuild: fields['rebuild'] === true }
    default:
      return undefined
  }
}

type ErrorCode = Extract<ServerMessage, { type: 'error' }>['code']

/**
 * The SDP in the `sdp` of a relayed offer or answer, as this SDK (a text) and others (`{type, sdp}`) send it.
 *
 * @throws CallError `protocol`: neither of them
 */
export function sdpOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (isFields(value) && typeof value['sdp'] === 'string') return value['sdp']
  throw new CallError('protocol', 'an offer or answer without an SDP')
}

/**
 * The candidate in a relayed `ice`, as `RTCIceCandidate.toJSON()` gives it.
 *
 * @returns `undefined` for null or nothing, with which some clients say "no more"; there is nothing to apply then
 * @throws  CallError `protocol`: anything else that is not a candidate
 */
export function candidateOf(value: unknown): RTCIceCandidateInit | undefined {
  if (value === null || value === undefined) return undefined
  if (!isFields(value)) throw new CallError('protocol', 'an ice message without a candidate')
  const { candidate, sdpMid, sdpMLineIndex, usernameFragment } = value
  if (typeof candidate !== 'string') throw new CallError('protocol', 'an ice message without a candidate')
  return {
    candidate,
    sdpMid: typeof sdpMid === 'string' ? sdpMid : null,
    sdpMLineIndex: typeof sdpMLineIndex === 'number' ? sdpMLineIndex : null,
    usernameFragment: typeof usernameFragment === 'string' ? usernameFragment : null,
  }
}

/** Whether a value is an object whose fields can be looked at. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parse(data: unknown): Fields {
  if (typeof data !== 'string') throw new CallError('protocol', 'a frame that is not text')
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch (cause) {
    throw new CallError('protocol', 'a frame that is not JSON', { cause })
  }
  if (!isFields(value)) throw new CallError('protocol', 'a frame that is not an object')
  return value
}

function text(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw new CallError('protocol', `a message whose ${name} is not a text`)
  return value
}

function number(fields: Fields, name: string): number {
  const value = fields[name]
  if (typeof value !== 'number') throw new CallError('protocol', `a message whose ${name} is not a number`)
  return value
}

function origin(fields: Fields): { from: string; gen: number | undefined } {
  const { gen } = fields
  return { from: text(fields, 'from'), gen: Number.isSafeInteger(gen) ? Number(gen) : undefined }
}

function member(value: unknown): Member {
  if (!isFields(value)) throw new CallError('protocol', 'a member that is not an object')
  const { role, name, metadata, media } = value
  return {
    peerId: text(value, 'peerId'),
    ...(role === 'host' && { role }),
    ...(typeof name === 'string' && { name }),
    ...(isFields(metadata) && { metadata }),
    ...(isFields(media) && { media: mediaOf(media) }),
  }
}

/** What is none is left out: a browser would refuse all of them for it. */
function iceServers(value: unknown): IceServer[] {
  return (Array.isArray(value) ? value : []).flatMap((server) => {
    if (!isFields(server) || !Array.isArray(server['urls'])) return []
    const { username, credential } = server
    const urls = server['urls'].filter((url) => typeof url === 'string')
    const password = typeof username === 'string' && typeof credential === 'string' ? { username, credential } : {}
    return urls.length === 0 ? [] : [{ urls, ...password }]
  })
}

function doorOf(door: unknown): { readonly door?: Door } {
  return door === 'open' || door === 'knock' || door === 'locked' ? { door } : {}
}

function knockEndOf(reason: unknown): KnockEnd {
  return reason === 'admitted' || reason === 'refused' ? reason : 'gone'
}

function mediaOf({ mic, camera, screen }: Fields): Media {
  return { mic: mic === true, camera: camera === true, screen: screen === true }
}

function members(value: unknown): Member[] {
  if (!Array.isArray(value)) throw new CallError('protocol', 'a message without members')
  return value.map(member)
}

function others(value: unknown): (Member & { isInitiator: boolean })[] {
  if (!Array.isArray(value)) throw new CallError('protocol', 'a message without members')
  return value.map((other) => ({ isInitiator: isFields(other) && other['isInitiator'] === true, ...member(other) }))
}

function session(fields: Fields): ResumeSession {
  return {
    key: text(fields, 'key'),
    windowMs: number(fields, 'windowMs'),
    pingIntervalMs: number(fields, 'pingIntervalMs'),
    pongTimeoutMs: number(fields, 'pongTimeoutMs'),
  }
}
