import { type Resume, SignalingError } from '../../../schemas/index.js'
import type { Session } from '../session.js'
import { countFailure } from './count-failure.js'
import type { Handler } from './handler.js'

/** Takes a seat over from the socket that had it before. */
export const resume: Handler<'resume'> = (session, message) =>
  countFailure(take(session, message), session.context.counts.resumes)

async function take(session: Session, { roomId, peerId, attempt, seq, n, mac }: Resume): Promise<void> {
  const { rooms, keys } = session.context
  // Before the store is asked: a forgery costs two hashes for each secret.
  if (!keys.isGenuine('resume', roomId, peerId, [attempt, seq], mac)) throw new SignalingError('resume-gone')
  if (session.seat !== undefined || session.isKnocking)
    throw new SignalingError('bad-message', 'resume: this socket has a seat, or waits for one')
  const outcome = await rooms.resume(roomId, { peerId, attempt, seq, received: n ?? 0 }, session)
  if (outcome === 'gone') throw new SignalingError('resume-gone')
  if (outcome === 'stale') throw new SignalingError('resume-stale')
  session.isExpected = true
}
