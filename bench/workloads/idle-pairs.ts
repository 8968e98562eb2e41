import type { Service } from '../load/service.js'
import { type Member, newRoomId } from '../protocols/protocol.js'
import type { Subject } from '../subjects.js'
import { closeAll, fillRoom, inParallel, sleep } from './workload.js'

/** So that what is loaded and compiled with the first clients is not counted as theirs. */
const warmUpRooms = 50
const settleMs = 500
const parallel = 32

/** Those who have joined in pairs, and what each of them takes, in KB. */
export interface IdlePairs {
  readonly members: readonly Member[]
  readonly memory: { readonly heap: number; readonly resident: number; readonly stored: number }
}

/** Fills a server that nobody has used. */
export async function seatPairs(subject: Subject, server: Service, sockets: number): Promise<IdlePairs> {
  const members: Member[] = []
  const fill = (rooms: number): Promise<void> =>
    inParallel(Array.from({ length: rooms }, newRoomId), parallel, async (roomId) => {
      members.push(...(await fillRoom(subject, server, roomId, 2)))
    })
  await fill(warmUpRooms)
  await closeAll(members.splice(0))
  await sleep(settleMs)
  const before = await server.usage('memory')
  await fill(sockets / 2)
  await sleep(settleMs)
  const after = await server.usage('memory')
  const each = (key: 'heapBytes' | 'residentBytes' | 'storeBytes'): number =>
    (after[key] - before[key]) / sockets / 1000
  return {
    members,
    memory: { heap: each('heapBytes'), resident: each('residentBytes'), stored: each('storeBytes') },
  }
}
