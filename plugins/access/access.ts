import type { FastifyRequest } from 'fastify'
import type { Profile, RoomId } from '../../schemas/index.js'
import type { Grant } from './grant.js'

/** What somebody wants who joins. */
export interface Admission {
  readonly roomId: RoomId
  /** What it says of itself. */
  readonly profile: Profile
  /** As it came. */
  readonly token: unknown
}

/** Says whether whoever is behind one socket may come in. */
export type Authorize = (admission: Admission) => Grant | Promise<Grant>

/** Says who may come in. */
export interface Access {
  /** Whether nobody comes in without a token that is signed. */
  readonly provesByToken: boolean
  /**
   * Gives what says so for one socket. It keeps of the upgrade only what it needs, as that lives as long as the socket.
   *
   * @param request  the upgrade that the socket came from
   * @returns        what it may do; at once, where nobody has to be asked. Throws SignalingError `token-…`, `access-denied`,
   *                 `access-unavailable`
   */
  authorizerOf(request: FastifyRequest): Authorize
}

const everybody: Grant = {}
const letIn: Authorize = () => everybody

/** Everybody may, as in the base protocol. */
export const openAccess: Access = { provesByToken: false, authorizerOf: () => letIn }
