import type { Group } from './groups.js'
import { isRecord, type Message } from './message.js'
import { Mismatch } from './mismatch.js'
import { type Trial, Unreachable } from './trial.js'

const many = 3

/** What only the rows about it can find out: whether a server closes a socket is seen only when it does, and `update` has no answer. */
const untold: readonly Group[] = ['base', 'profiles', 'close-codes']

/**
 * Which additions the server says that it has, in its answers to a join that asks for them. The base protocol is for all.
 */
export async function claimsOf(trial: Trial): Promise<ReadonlySet<Group>> {
  const claims = new Set<Group>(untold)
  try {
    const client = await trial.connect()
    const refusal = await trial.ask(client, { roomId: '' })
    if (typeof refusal['code'] === 'string') claims.add('errors')
    const roomId = trial.newRoom()
    const joined = await trial.ask(client, {
      roomId,
      capacity: many,
      resume: true,
      ...(await trial.pass(roomId, 'host')),
    })
    for (const group of claimsIn(joined)) claims.add(group)
  } catch (error) {
    // It may not take what it does not know: then it does not say that it has it.
    if (!(error instanceof Mismatch || error instanceof Unreachable || trial.isOver)) throw error
  } finally {
    await trial.end()
  }
  return claims
}

function* claimsIn({ type, peerId, capacity, session, role }: Message): Iterable<Group> {
  if (type !== 'joined') return
  if (peerId !== undefined) yield 'identity'
  if (typeof capacity === 'number' && capacity >= many) yield 'many'
  if (isRecord(session)) yield 'resume'
  if (role === 'host') yield 'doors'
}
