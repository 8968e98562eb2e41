import { addressesOf } from './addresses.js'
import { isUnknownBut } from './client.js'
import { expectError } from './expect-error.js'
import { requireMatch, textIn } from './message.js'
import { Mismatch, NotThere, shown } from './mismatch.js'
import { ResumableSeat } from './resumable-seat.js'
import type { Row } from './row.js'
import type { Trial } from './trial.js'

/** How long nobody hears of it that a socket is gone, in milliseconds. */
const awayAfterMs = 3000

/** More than is kept for somebody who is away, and less than one may say at once. */
const manyFrames = 10
const largeText = 'x'.repeat(60_000)

/** What becomes of a seat whose owner is not there: the others are told, and it can be given up without a WebSocket. */
export const seatRows: readonly Row[] = [
  {
    name: 'away',
    says: 'Who can resume is told with `peer-away` that the socket of another has been gone for 3 seconds, and with `peer-back` that it is over; who cannot hears nothing.',
    stands: 'When the socket is gone',
    async holds(trial) {
      const roomId = trial.newRoom()
      const patient = { answerMs: trial.answerMs + awayAfterMs }
      const ada = await ResumableSeat.take(trial, roomId, { capacity: 3 })
      if (ada.joined['capacity'] !== 3) throw new NotThere('it has no room for three')
      const bo = await ResumableSeat.take(trial, roomId, { capacity: 3 }, patient)
      await bo.expect({ type: 'ready' })
      const cy = await trial.connect({ isAside: isUnknownBut('peer-away', 'peer-back') })
      await trial.enter(cy, roomId, { capacity: 3 })
      for (let others = 0; others < 2; others += 1) await cy.expect({ type: 'ready' })
      await bo.expect({ type: 'ready' })
      ada.client.socket.terminate()
      await bo.expect({ type: 'peer-away', peerId: ada.peerId })
      await ada.resume(1)
      await bo.expect({ type: 'peer-back', peerId: ada.peerId })
      await trial.expectNothing(cy)
    },
  },
  {
    name: 'resync',
    says: 'For whom more has been said than is kept, `resume` brings `resync`, with who is there; the chain goes on from its `seq`.',
    stands: 'When the socket is gone',
    async holds(trial) {
      const { ada, bo, boId } = await seats(trial)
      ada.client.socket.terminate()
      for (let number = 0; number < manyFrames; number += 1) bo.send({ type: 'ice', number, candidate: largeText })
      await bo.roundTrip()
      const answer = await ada.reach(1)
      if (answer.type === 'resumed') throw new NotThere('it keeps more than half a MiB')
      requireMatch({ type: 'resync', peerId: ada.peerId }, answer)
      const [first, ...others] = Array.isArray(answer['members']) ? answer['members'] : []
      if (Object(first).peerId !== boId || typeof Object(first).isInitiator !== 'boolean' || others.length > 0)
        throw new Mismatch(`members with ${shown(boId)} and whether one is the initiator`, shown(answer))
      bo.send({ type: 'offer', sdp: 'anew' })
      await ada.expect({ type: 'offer', sdp: 'anew' })
    },
  },
  {
    name: 'leave',
    says: '`POST /leave` with the `mac` for it answers 204 and gives the seat up: the other one gets `peer-left` with `left` at once, and a `resume` is `resume-gone`. With a wrong `mac` it is 403, and costs nothing.',
    stands: '`POST /leave`',
    async holds(trial) {
      const { ada, bo } = await seats(trial)
      const attempt = Number.MAX_SAFE_INTEGER
      await expectStatus(403, trial, ada, { attempt, mac: ada.macOf('resume', attempt) })
      bo.send({ type: 'ice', candidate: 'still there?' })
      await ada.expect({ type: 'ice', candidate: 'still there?' })
      await expectStatus(204, trial, ada, { attempt, mac: ada.macOf('leave', attempt) })
      await bo.expect({ type: 'peer-left', peerId: ada.peerId, reason: 'left' })
      await expectError(await ada.ask({ attempt: 1 }), 'resume-gone')
    },
  },
]

/** Ada can resume, Bo cannot; both know of each other. */
async function seats(trial: Trial) {
  const roomId = trial.newRoom()
  const ada = await ResumableSeat.take(trial, roomId)
  const bo = await trial.join(roomId)
  await bo.expect({ type: 'ready' })
  await ada.expect({ type: 'ready' })
  return { ada, bo, boId: textIn(bo.joined, 'peerId') }
}

async function expectStatus(
  status: number,
  trial: Trial,
  { roomId, peerId }: ResumableSeat,
  proof: { readonly attempt: number; readonly mac: string },
): Promise<void> {
  const { leave } = addressesOf(trial.url)
  // As a beacon is sent.
  const reply = await fetch(leave, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: JSON.stringify({ roomId, peerId, ...proof }),
    redirect: 'manual',
    signal: AbortSignal.timeout(trial.answerMs),
  }).catch((error: unknown) => {
    throw new Mismatch(`${status} to POST /leave`, error instanceof Error ? error.message : String(error))
  })
  await reply.body?.cancel()
  if (reply.status !== status) throw new Mismatch(`${status} to POST /leave`, String(reply.status))
}
