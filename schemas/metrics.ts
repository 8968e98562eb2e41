import { clientMessages } from './client-messages.js'
import { closeCodes } from './close-codes.js'
import { type ErrorCode, errorCodes } from './errors.js'
import { httpRefusals } from './http-refusals.js'
import { keysOf } from './keys-of.js'

/** What becomes of a `join`: also of one that is let in later. */
export const joinOutcomes = [
  'joined',
  'knocking',
  'full',
  'room-id-required',
  'room-id-invalid',
  'name-invalid',
  'metadata-invalid',
  'token-required',
  'token-invalid',
  'token-expired',
  'token-not-yet-valid',
  'token-wrong-room',
  'access-denied',
  'access-unavailable',
  'too-many-joins',
  'too-many-failures',
  'too-many-rooms',
  'service-full',
  'room-locked',
  'knock-refused',
  'kicked',
  'identity-taken',
  'resume-gone',
  'store-unavailable',
  'failed',
] as const satisfies readonly (ErrorCode | 'joined' | 'knocking' | 'full' | 'store-unavailable' | 'failed')[]

/** What becomes of a `resume`. */
export const resumeOutcomes = [
  'replayed',
  'resynced',
  'resume-gone',
  'resume-stale',
  'bad-message',
  'store-unavailable',
  'failed',
] as const

/** How a socket ends: as what the service closes it, or `client`: it closed it itself, or `lost`: nobody said anything. */
export const closeKinds = [...keysOf(closeCodes), 'client', 'lost'] as const

/** What is refused before it costs much, as the log names it (`refused`). */
export const refusalCodes = [
  ...keysOf(httpRefusals),
  'too-many-joins',
  'too-many-failures',
  'too-many-rooms',
  'token-required',
  'token-invalid',
  'token-expired',
  'token-not-yet-valid',
  'token-wrong-room',
  'access-denied',
  'access-unavailable',
] as const

/** Why a command to the store has come to nothing. */
export const storeFaults = ['timeout', 'unreachable', 'error'] as const

export interface MetricDescription {
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  /** Each with all the values that it can have, or, of what is configured, in words which. Nothing of people. */
  readonly labels?: Readonly<Record<string, readonly string[] | string>>
  /** Of a histogram, ascending, in the unit that the name ends with. */
  readonly buckets?: readonly number[]
}

/**
 * What `/metrics` tells of the service: the closed list. Names follow the conventions of Prometheus; times are in seconds. None has
 * a label that a person could choose.
 */
export const serviceMetrics = {
  signalbox_info: {
    type: 'gauge',
    help: 'Always 1; the versions are in the labels.',
    labels: { version: 'of Signalbox', node: 'of Node' },
  },
  signalbox_sockets: { type: 'gauge', help: 'Sockets that are open or closing.' },
  signalbox_sockets_max: { type: 'gauge', help: 'How many there may be: maxSockets.' },
  signalbox_rooms: { type: 'gauge', help: 'Rooms with members on this node.' },
  signalbox_rooms_max: { type: 'gauge', help: 'How many there may be: maxRooms.' },
  signalbox_members: { type: 'gauge', help: 'Members of rooms on this node, those whose seat is held included.' },
  signalbox_members_max: { type: 'gauge', help: 'How many there may be: maxMembers.' },
  signalbox_queued_bytes: {
    type: 'gauge',
    help: 'Bytes that wait for clients that read too slowly, of all sockets together.',
  },
  signalbox_draining: { type: 'gauge', help: '1 from the first moment of a stop on, else 0.' },
  signalbox_joins_total: {
    type: 'counter',
    help: 'Joins, by what became of them. Whoever knocks is counted twice: knocking, and what a host says.',
    labels: { outcome: joinOutcomes },
  },
  signalbox_resumes_total: {
    type: 'counter',
    help: 'Resumes, by what became of them. Resynced: what was missed was not there any more.',
    labels: { outcome: resumeOutcomes },
  },
  signalbox_messages_total: {
    type: 'counter',
    help: 'Messages of clients that there is such a type of, by type.',
    labels: { type: keysOf(clientMessages) },
  },
  signalbox_errors_total: {
    type: 'counter',
    help: 'Errors that clients were told, by code.',
    labels: { code: keysOf(errorCodes) },
  },
  signalbox_relay_seconds: {
    type: 'histogram',
    help: "From reading a message that is passed on to handing it to the addressee's socket, or, where that is on another node, to the store. One message in 64 is timed.",
    buckets: [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
  },
  signalbox_closes_total: {
    type: 'counter',
    help: 'Sockets that have ended, by as what: the name of a close code, client where it closed it itself, lost where nothing was said.',
    labels: { as: closeKinds },
  },
  signalbox_refusals_total: {
    type: 'counter',
    help: 'Upgrades, requests and joins that a limit or the access rules refused, by code.',
    labels: { code: refusalCodes },
  },
  signalbox_slowed_total: {
    type: 'counter',
    help: 'How often a socket was read no faster because it sent more than maxMessagesPerSecond or maxBytesPerSecond.',
  },
  signalbox_webhooks_waiting: {
    type: 'gauge',
    help: 'Events of rooms that wait to be taken by the addresses in webhookUrls.',
  },
  signalbox_webhooks_lost_total: {
    type: 'counter',
    help: 'Events of rooms that one of these addresses has never taken.',
  },
  signalbox_store_up: {
    type: 'gauge',
    help: '1 while the store that the rooms are in answers, 0 when it has not for long, or never yet. Only with redisUrl.',
  },
  signalbox_store_command_seconds: {
    type: 'histogram',
    help: 'How long the store takes to answer an operation on a room. Only with redisUrl.',
    buckets: [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
  },
  signalbox_store_faults_total: {
    type: 'counter',
    help: 'Operations on a room that the store has not done, or not in time (redisTimeoutMs). Only with redisUrl.',
    labels: { kind: storeFaults },
  },
  signalbox_ice_server_up: {
    type: 'gauge',
    help: '1 if the STUN or TURN server could be used when it was last tried, else 0. Nothing before the first try.',
    labels: { url: 'of the server, as configured' },
  },
  signalbox_quality_reports_total: {
    type: 'counter',
    help: 'Reports of clients on how their calls were. Anybody can send one, so this and what follows is what clients say. Only with qualityReports.',
    labels: { outcome: ['taken', 'refused'] },
  },
  signalbox_call_connections_total: {
    type: 'counter',
    help: 'Connections between two members that have ended, by how they went. Both tell of each, if both report. Only with qualityReports.',
    labels: { way: ['direct', 'relayed', 'none'] },
  },
  signalbox_call_ice_failures_total: {
    type: 'counter',
    help: 'How often such a connection was lost, or did not come about. Only with qualityReports.',
  },
  signalbox_call_first_media_seconds: {
    type: 'histogram',
    help: 'From the moment at which a member could be expected to send until its first sound came, or its first picture could be shown. Only with qualityReports.',
    labels: { kind: ['sound', 'picture'] },
    buckets: [0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 20, 60],
  },
  signalbox_call_round_trip_seconds: {
    type: 'histogram',
    help: 'Round trip between two members, the mean of a connection. Only with qualityReports.',
    labels: { way: ['direct', 'relayed'] },
    buckets: [0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 1, 2],
  },
  signalbox_call_loss_ratio: {
    type: 'histogram',
    help: 'Part of the packets that were lost, the mean of a connection, as the reporting side sent or received them. Only with qualityReports.',
    labels: { direction: ['sent', 'received'] },
    buckets: [0.001, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.5],
  },
} as const satisfies Record<string, MetricDescription>

export type MetricName = keyof typeof serviceMetrics
