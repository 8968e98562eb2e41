import { expectError } from './expect-error.js'
import { requireMatch, requireNone } from './message.js'
import { Mismatch, shown } from './mismatch.js'
import { ResumableSeat } from './resumable-seat.js'
import type { Row } from './row.js'
import type { Trial } from './trial.js'

/** A broken socket costs nothing: `joined` has a `session`. The other one is a client that knows nothing of it. */
export const resumeRows: readonly Row[] = [
  {
    name: 'session',
    says: 'Who joins with `resume` gets a `session`, with a key and times in milliseconds, and a `seq`; nobody else gets either.',
    stands: 'Resume',
    async holds(trial) {
      const { ada, bo } = await pair(trial)
      const { session } = ada.joined
      for (const field of ['windowMs', 'pingIntervalMs', 'pongTimeoutMs']) {
        const ms: unknown = Reflect.get(Object(session), field)
        if (!Number.isInteger(ms)) throw new Mismatch(`a whole number in ${field}`, shown(session))
      }
      requireNone(bo.joined, 'session', 'seq')
      ada.tell({ type: 'offer', sdp: 'one' })
      requireNone(await bo.client.expect({ type: 'offer', sdp: 'one' }), 'seq', 'prev', 'n')
    },
  },
  {
    name: 'chain',
    says: 'Each message about the room has a `seq`, and in `prev` the one before it, from that of `joined` on.',
    stands: 'To the client',
    async holds(trial) {
      const { roomId, ada, bo } = await pair(trial)
      for (const candidate of [1, 2, 3]) bo.client.send({ type: 'ice', candidate })
      bo.client.send({ type: 'leave' })
      for (const candidate of [1, 2, 3]) await ada.expect({ type: 'ice', candidate })
      await ada.expect({ type: 'peer-left' })
      await trial.join(roomId)
      await ada.expect({ type: 'ready', isInitiator: false })
    },
  },
  {
    name: 'numbers',
    says: 'A number `n` is taken once, does not reach the addressee, and is acknowledged; one that is too high is an `error` and not taken.',
    stands: 'From the client',
    async holds(trial) {
      const { ada, bo } = await pair(trial)
      const offer = ada.tell({ type: 'offer', sdp: 'one' })
      ada.client.send(offer)
      ada.client.send({ type: 'ice', candidate: 'too early', n: 9 })
      await expectError(ada.client, 'out-of-order')
      ada.tell({ type: 'ice', candidate: 'two' })
      for (const wanted of [{ sdp: 'one' }, { candidate: 'two' }]) requireNone(await bo.client.expect(wanted), 'n')
      await ada.expectAcknowledged()
      await trial.expectNothing(bo.client)
    },
  },
  {
    name: 'resumed',
    says: 'Over a new socket `resume` brings `resumed`, with the last `n` that was taken, then what was missed, once and in its order; the other one hears nothing of it.',
    stands: 'When the socket is gone',
    async holds(trial) {
      const { ada, bo } = await pair(trial)
      ada.tell({ type: 'offer', sdp: 'one' })
      await bo.client.expect({ type: 'offer' })
      for (const attempt of [1, 2]) {
        ada.client.socket.terminate()
        const missed = [1, 2, 3, 4, 5].map((number) => ({ type: 'ice', attempt, number }))
        for (const message of missed) bo.client.send(message)
        await trial.expectNothing(bo.client)
        await ada.resume(attempt)
        for (const message of missed) await ada.expect(message)
        bo.client.send({ type: 'answer', attempt })
        await ada.expect({ type: 'answer', attempt })
        ada.tell({ type: 'ice', candidate: attempt })
        await bo.client.expect({ type: 'ice', candidate: attempt })
      }
      await trial.expectNothing(bo.client)
    },
  },
  {
    name: 'alive',
    says: 'The old socket need not be closed for that: what it had is not lost, and the server closes it with 4001.',
    stands: 'When the socket is gone',
    async holds(trial) {
      const { ada, bo } = await pair(trial)
      const old = ada.client
      // As if nothing came through any more.
      old.socket.pause()
      bo.client.send({ type: 'offer', sdp: 'lost on the way' })
      await bo.client.roundTrip()
      await ada.resume(1)
      await ada.expect({ type: 'offer', sdp: 'lost on the way' })
      old.socket.resume()
      await old.expectClose(4001)
      await trial.expectNothing(bo.client)
    },
  },
  {
    name: 'mac',
    says: 'A `resume` with a `mac` that does not fit is the error `resume-gone`, and costs the seat nothing.',
    stands: 'A MAC',
    async holds(trial) {
      const { ada, bo } = await pair(trial)
      // Right for another attempt, for another purpose, and for nothing.
      const wrong = [ada.macOf('resume', 2, ada.seq), ada.macOf('replace', 1), 'A'.repeat(43)]
      for (const mac of wrong) await expectError(await ada.ask({ attempt: 1, mac }), 'resume-gone')
      bo.client.send({ type: 'offer', sdp: 'still there?' })
      await ada.expect({ type: 'offer', sdp: 'still there?' })
      ada.client.socket.terminate()
      await ada.resume(1)
      await trial.expectNothing(bo.client)
    },
  },
  {
    name: 'stale',
    says: 'A `resume` with an `attempt` that is not higher than the last is the error `resume-stale`, and costs the seat nothing.',
    stands: 'When the socket is gone',
    async holds(trial) {
      const { ada, bo } = await pair(trial)
      await ada.resume(5)
      for (const attempt of [5, 4]) await expectError(await ada.ask({ attempt }), 'resume-stale')
      bo.client.send({ type: 'offer', sdp: 'still there?' })
      await ada.expect({ type: 'offer', sdp: 'still there?' })
      ada.client.socket.terminate()
      await ada.resume(6)
    },
  },
  {
    name: 'given-up',
    says: 'Who has left, or closed its socket with 1000, has no seat to come back to: `resume-gone`, and the other one gets `peer-left` at once.',
    stands: 'When the socket is gone',
    async holds(trial) {
      const { roomId, ada, bo } = await pair(trial)
      ada.tell({ type: 'leave' })
      await ada.client.expect({ type: 'left' })
      await bo.client.expect({ type: 'peer-left' })
      await expectError(await ada.ask({ attempt: 1 }), 'resume-gone')
      const again = await ResumableSeat.take(trial, roomId)
      await bo.client.expect({ type: 'ready' })
      again.client.socket.close(1000)
      await bo.client.expect({ type: 'peer-left' })
      await expectError(await again.ask({ attempt: 1 }), 'resume-gone')
    },
  },
  {
    name: 'replace',
    says: "A `join` with `replace` takes the place of a seat of one's own in a full room: the other one gets `peer-left` with `replaced`, then `ready`. With a wrong `mac` it is `resume-gone`.",
    stands: 'A MAC',
    async holds(trial) {
      const { roomId, ada, bo } = await pair(trial)
      ada.client.socket.terminate()
      const replace = { peerId: ada.peerId, attempt: 1, mac: ada.macOf('replace', 1) }
      const client = await trial.connect()
      const forged = { ...replace, mac: ada.macOf('resume', 1) }
      requireMatch({ type: 'error' }, await trial.ask(client, { roomId, replace: forged }))
      await trial.expectNothing(bo.client)
      await trial.enter(client, roomId, { replace }, 1)
      await bo.client.expect({ type: 'peer-left', peerId: ada.peerId, reason: 'replaced' })
      await bo.client.expect({ type: 'ready', isInitiator: false })
    },
  },
]

/** Ada can resume, Bo cannot; both know of each other. */
async function pair(trial: Trial) {
  const roomId = trial.newRoom()
  const ada = await ResumableSeat.take(trial, roomId)
  const client = await trial.join(roomId)
  await client.expect({ type: 'ready', isInitiator: true })
  await ada.expect({ type: 'ready', isInitiator: false })
  return { roomId, ada, bo: { client, joined: client.joined } }
}
