import { type TObject, type TSchema, Type } from '@sinclair/typebox'
import { Health } from './health.js'
import { LeaveRequest } from './leave-request.js'
import { QualityReport } from './quality-report.js'
import { RoomInfo, RoomListing, RoomSummary } from './rooms.js'
import { Announcement } from './server-messages.js'
import { TokenReply, TokenRequest } from './token-request.js'

/** What every request that is not done is answered with. */
export const HttpError = Type.Object(
  {
    statusCode: Type.Integer({ description: 'The status of the answer.' }),
    error: Type.Optional(Type.String({ description: 'What HTTP calls that status.' })),
    code: Type.Optional(
      Type.String({ description: 'What was wrong, for programs, where there is more than one thing.' }),
    ),
    message: Type.String({ description: 'The same for people.' }),
  },
  { description: 'It was not done.' },
)

/** One thing that can be asked for over HTTP, as OpenAPI has it (3.1, Operation Object). */
export interface HttpOperation {
  readonly operationId: string
  readonly tags: string[]
  readonly summary: string
  readonly security?: Record<string, string[]>[]
  readonly params?: TObject
  readonly querystring?: TObject
  readonly body?: TSchema
  readonly response: Record<number, TSchema>
}

const done = Type.Null({ description: 'It is done.' })
const OfRoom = Type.Object({ roomId: Type.String({ description: 'The name of the room.' }) })
const OfMember = Type.Object({
  ...OfRoom.properties,
  peerId: Type.String({ description: 'The member, as everybody in the room knows it.' }),
})

/** With the admin key; what can be wrong with each of them. */
const asAdmin = { tags: ['admin'], security: [{ adminKey: [] }] }
const refusals = { 400: HttpError, 401: HttpError, 429: HttpError, 503: HttpError }
const refusalsOfRoom = { ...refusals, 404: HttpError }

const probe = { tags: ['probes'], response: { 200: Health } }

/** Everything that is served for programs over HTTP, besides the WebSocket. */
export const httpOperations = {
  livez: { ...probe, operationId: 'livez', summary: 'Whether the event loop answers.' },
  healthz: { ...probe, operationId: 'healthz', summary: 'The same as `/livez`.' },
  readyz: {
    ...probe,
    operationId: 'readyz',
    summary: 'Whether people are taken in.',
    response: { 200: Health, 503: Health },
  },
  leave: {
    operationId: 'leave',
    tags: ['calls'],
    summary: 'A page that is closing gives up its seat.',
    body: LeaveRequest,
    response: { 204: done, 400: HttpError, 403: HttpError, 429: HttpError, 503: HttpError },
  },
  reportQuality: {
    operationId: 'reportQuality',
    tags: ['calls'],
    summary: 'A page tells how the connections of a call were.',
    body: QualityReport,
    response: { 204: done, 400: HttpError, 403: HttpError, 429: HttpError },
  },
  makeToken: {
    operationId: 'makeToken',
    tags: ['tokens'],
    summary: 'Makes a room token, and an invite link with it.',
    security: [{ apiKey: [] }],
    body: TokenRequest,
    response: { 201: TokenReply, 400: HttpError, 401: HttpError, 429: HttpError },
  },
  listRooms: {
    ...asAdmin,
    operationId: 'listRooms',
    summary: 'The rooms, by their names.',
    querystring: RoomListing,
    response: { 200: Type.Object({ rooms: Type.Array(RoomSummary) }), ...refusals },
  },
  showRoom: {
    ...asAdmin,
    operationId: 'showRoom',
    summary: 'One room, and who is in it.',
    params: OfRoom,
    response: { 200: RoomInfo, ...refusalsOfRoom },
  },
  closeRoom: {
    ...asAdmin,
    operationId: 'closeRoom',
    summary: 'Throws everybody out at once. Nobody is kept out.',
    params: OfRoom,
    response: { 204: done, ...refusalsOfRoom },
  },
  kickMember: {
    ...asAdmin,
    operationId: 'kickMember',
    summary: 'Throws a member out, and keeps it out, or turns somebody away who knocks.',
    params: OfMember,
    response: { 204: done, ...refusalsOfRoom },
  },
  lockRoom: {
    ...asAdmin,
    operationId: 'lockRoom',
    summary: 'Lets nobody else in but hosts; with `knock`, whom a host lets in.',
    params: OfRoom,
    body: Type.Object(
      { knock: Type.Optional(Type.Boolean({ default: false, description: 'Whether a host may let others in.' })) },
      { additionalProperties: false },
    ),
    response: { 204: done, ...refusalsOfRoom },
  },
  unlockRoom: {
    ...asAdmin,
    operationId: 'unlockRoom',
    summary: 'Lets in again whoever may join.',
    params: OfRoom,
    response: { 204: done, ...refusalsOfRoom },
  },
  announce: {
    ...asAdmin,
    operationId: 'announce',
    summary: 'Tells those in the room who want news of it: a text for people, data for the application, or both.',
    params: OfRoom,
    body: Announcement,
    response: { 204: done, ...refusalsOfRoom },
  },
} as const satisfies Record<string, HttpOperation>

/** Whose body may be left out. */
export const operationsWithOptionalBody: readonly string[] = ['lockRoom'] satisfies (keyof typeof httpOperations)[]
