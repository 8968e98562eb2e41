import type { Name, Role } from '../../schemas/index.js'

/** What somebody may do who may come in. */
export interface Grant {
  /** Default: `guest`. */
  readonly role?: Role
  /** Who it is, where that is known (`sub`): two members with the same one are the same person. */
  readonly subject?: string
  /** By which token it has come (`jti`). */
  readonly tokenId?: string
  /** What the others see it called, whatever it says itself. */
  readonly name?: Name
  /** How many the room may hold, if this join creates it; before what the `join` asks for. */
  readonly capacity?: number
}
