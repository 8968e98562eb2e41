import { randomBytes } from 'node:crypto'
import type { PeerId } from '../../schemas/index.js'

const peerIdBytes = 16
/** Random bytes for so many at a time: 3 % of what a join costs with its socket. */
const peerIdsAhead = 128
let random = Buffer.alloc(0)
let used = 0

/** 128 bits: nobody guesses one, and no two are alike. */
export function makePeerId(): PeerId {
  if (used === random.length) {
    random = randomBytes(peerIdBytes * peerIdsAhead)
    used = 0
  }
  used += peerIdBytes
  return random.toString('base64url', used - peerIdBytes, used)
}
