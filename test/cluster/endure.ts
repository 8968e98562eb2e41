import { setTimeout as elapse } from 'node:timers/promises'
import type { Test } from 'tap'
import { randomFrom } from '../random-from.js'
import type { Nodes } from './nodes.js'
import { Swarm, type Tally } from './swarm.js'

/** How long it may take until all is as it was. */
const healingMs = 15_000

export interface Trial {
  readonly clients: number
  readonly rooms: number
  /** What happens while they talk. */
  readonly befall: (swarm: Swarm) => Promise<unknown>
  /** How long they go on talking after that. */
  readonly talkMs: number
}

/**
 * Members who talk while something befalls them, and then come to rest. What must hold whatever that is, is looked at here: nothing
 * comes twice, what does not come is said to be lost, and all know of each other in time.
 */
export async function endure(t: Test, nodes: Nodes, { clients, rooms, befall, talkMs }: Trial): Promise<Tally> {
  const seed = Date.now() >>> 0
  const swarm = new Swarm(nodes, { clients, rooms, random: randomFrom(seed) })
  t.teardown(() => swarm.close())
  await swarm.begin()
  await befall(swarm)
  const healedByMs = performance.now() + healingMs
  await elapse(talkMs)
  const tally = await swarm.rest(healedByMs - performance.now())
  const isAgreed = await swarm.agree(healedByMs - performance.now())
  t.comment(`seed ${seed}, ${nodes.kills} nodes killed: ${JSON.stringify(tally)}`)
  t.strictSame([swarm.faults, nodes.complaints], [[], []])
  t.ok(isAgreed, 'all know of each other')
  t.strictSame([tally.doubled, tally.lost], [0, 0], 'nothing comes twice, and what does not come is said to be lost')
  t.equal(tally.lowerGone, 0, 'nobody is told that a seat is gone which is not')
  t.ok(tally.taken > 500, 'enough has happened')
  return tally
}

/** What must be 0 where nothing is lost, so that nothing need be said of it either. */
export type Losses = Pick<Tally, 'lost' | 'doubled' | 'disordered' | 'left' | 'resyncs' | 'seatsLost' | 'lowerGone'>

export function losses({ lost, doubled, disordered, left, resyncs, seatsLost, lowerGone }: Tally): Losses {
  return { lost, doubled, disordered, left, resyncs, seatsLost, lowerGone }
}

export const nothing: Losses = { lost: 0, doubled: 0, disordered: 0, left: 0, resyncs: 0, seatsLost: 0, lowerGone: 0 }
