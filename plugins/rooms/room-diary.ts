import { randomBytes } from 'node:crypto'
import type { RoomId } from '../../schemas/index.js'
import type { Departure, Occupant, RoomChange, RoomListener } from './room-event.js'

/** Numbers what happens in one room, and tells it. */
export class RoomDiary {
  readonly #roomId: RoomId
  readonly #tell: RoomListener
  #session = ''
  /** 0 while nobody is in the room. */
  #n = 0

  constructor(roomId: RoomId, tell: RoomListener) {
    this.#roomId = roomId
    this.#tell = tell
  }

  joined(occupant: Occupant): void {
    if (this.#n === 0) {
      this.#session = randomBytes(12).toString('base64url')
      this.#write({ kind: 'started' })
    }
    this.#write({ kind: 'joined', occupant })
  }

  left(occupant: Occupant, reason: Departure): void {
    this.#write({ kind: 'left', occupant, reason })
  }

  /** Nobody is there any more. Does nothing where nobody was. */
  ended(): void {
    if (this.#n === 0) return
    this.#write({ kind: 'ended' })
    this.#n = 0
  }

  #write(change: RoomChange): void {
    this.#n += 1
    this.#tell({ roomId: this.#roomId, session: this.#session, n: this.#n, atMs: Date.now(), change })
  }
}
