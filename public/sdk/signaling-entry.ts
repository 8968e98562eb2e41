import type { ClientMessage, Joined, Replace, Resync } from '../../schemas/index.js'
import { CallError } from './call-error.js'
import type { IncomingMessage } from './decode-message.js'
import type { ResumableSeat } from './resumable-seat.js'
import { SignalingSocket } from './signaling-socket.js'

/** How long the service may take to answer, from the first byte of the socket on. */
const answerTimeoutMs = 10_000

/** How long nothing may come while a host is to let one in: longer than any service waits between one ping and the next. */
const silentWhileKnockingMs = 60_000

/** How to get into a room over a new socket. */
export interface EntryOptions {
  readonly url: URL
  /** Makes the message with which to enter the room as somebody new. */
  readonly join: (replace: Replace | undefined) => Promise<ClientMessage<'join'>>
  /** A seat that is to be taken again, if there is one. */
  readonly seat: ResumableSeat | undefined
  /** A seat that the new one is to take the place of, if there is one. */
  readonly replace: Replace | undefined
  /** The socket is open. What a former one still brings must not be read from now on. */
  readonly onOpen: () => void
  /** The seat is not there any more; a new one is asked for over the same socket. */
  readonly onSeatLost: () => void
  /** A host is to let one in; the answer can take any time. */
  readonly onKnocking: () => void
  readonly onError: (error: CallError) => void
  /** Ends it. */
  readonly signal: AbortSignal
}

/** In the room. */
export interface Entry {
  readonly socket: SignalingSocket
  /** `resumed`: n, the last of our messages that was taken. */
  readonly answer: Joined | Resync | Extract<IncomingMessage, { type: 'resumed' }>
}

/**
 * Opens a socket, and takes the seat again over it, or joins. Whoever gets the socket must listen in the same turn.
 *
 * @throws CallError `signaling-unreachable`, `room-full`, `aborted`, or what the service refuses it with
 */
export function enterRoom(options: EntryOptions): Promise<Entry> {
  return new Promise((resolve, reject) => {
    const { seat, join, signal } = options
    let { replace } = options
    if (signal.aborted) return reject(new CallError('aborted'))
    const socket = new SignalingSocket(options.url)
    const answered = new AbortController()
    const listening = { signal: answered.signal }
    let hasSeat = seat !== undefined
    // It does not wait for the socket's close: a service that is silent now will not answer the close frame either.
    const refuse = (error: CallError): void => {
      clearTimeout(answerTimer)
      answered.abort()
      reject(error)
      // A join may have been taken all the same; nobody will come for that seat.
      socket.close(hasSeat ? undefined : 1000)
    }
    const giveUp = (): void => refuse(new CallError('signaling-unreachable', 'no answer'))
    let answerTimer = setTimeout(giveUp, answerTimeoutMs)
    const waitOn = (): void => {
      clearTimeout(answerTimer)
      answerTimer = setTimeout(giveUp, silentWhileKnockingMs)
    }
    signal.addEventListener('abort', () => refuse(new CallError('aborted')), listening)
    const accept = (answer: Entry['answer']): void => {
      clearTimeout(answerTimer)
      answered.abort()
      resolve({ socket, answer })
    }
    const joinAnew = (): void => {
      join(replace).then(
        (message) => socket.send(message),
        (cause: unknown) =>
          refuse(cause instanceof CallError ? cause : new CallError('protocol', undefined, { cause })),
      )
    }
    const onRefused = (error: Extract<IncomingMessage, { type: 'error' }>): void => {
      if (error.code === 'resume-gone' && replace !== undefined) {
        replace = undefined
        joinAnew()
      } else if (hasSeat && error.code !== 'resume-stale') {
        // Gone; or a service that knows no seats that are held, and says so in its own way.
        hasSeat = false
        options.onSeatLost()
        joinAnew()
      } else if (error.code === 'resume-stale') {
        // Another page has taken it with a higher attempt; ours grows with every try.
        refuse(new CallError('signaling-unreachable', error.message))
      } else {
        refuse(CallError.ofService(error))
      }
    }
    socket.on(
      'open',
      async () => {
        options.onOpen()
        if (seat === undefined) return joinAnew()
        try {
          socket.send(await seat.resume())
        } catch (cause) {
          refuse(new CallError('protocol', 'a key of no use', { cause }))
        }
      },
      listening,
    )
    socket.on('error', options.onError, listening)
    socket.on(
      'frame',
      ({ message }) => {
        switch (message?.type) {
          case 'joined':
          case 'resumed':
          case 'resync':
            accept(message)
            break
          case 'knocking':
            // Whether the service pings, which not everybody can answer, is seen when it does.
            clearTimeout(answerTimer)
            options.onKnocking()
            break
          case 'ping':
            socket.send({ type: 'pong' })
            waitOn()
            break
          case 'full':
            refuse(new CallError('room-full'))
            break
          case 'error':
            onRefused(message)
        }
      },
      listening,
    )
    socket.on(
      'close',
      ({ code, reason, mayReturn }) =>
        // After a sleep between opening and asking it was this side that was too late.
        refuse(
          new CallError(mayReturn || code === 4008 ? 'signaling-unreachable' : 'rejected', `${code} ${reason}`.trim()),
        ),
      listening,
    )
  })
}
