import { Call, type CallOptions } from './call.js'
import { CallError } from './call-error.js'
import { IceSource } from './ice-source.js'
import { OwnProfile } from './own-profile.js'
import { defaultStorage, ReloadRecord } from './reload-record.js'
import { SignalingSession } from './signaling-session.js'
import { webSocketUrl } from './web-socket-url.js'

/** What `join` needs to know. */
export interface JoinOptions extends CallOptions {
  /** The room; white space around it does not count. */
  readonly room: string
  /** What the others should call you. */
  readonly name?: string
  /** Anything small that the others should know of you: `peer.metadata` there. At most 1024 bytes as JSON. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /**
   * What lets you in where not everybody may: a room token, or what gets one. It is asked again when one has to join anew, so that
   * a call outlives its first token.
   */
  readonly token?: string | (() => string | Promise<string>)
  /** Is told when a host is to let you in; the promise then waits for that, however long it takes. */
  readonly onKnocking?: () => void
  /** How many the room may hold if you are the first; otherwise the first one's word counts. Default: 2 */
  readonly capacity?: number
  /**
   * Where to remember the seat while the page is loaded anew, so that it gets its own back also in a full room.
   * Default: `sessionStorage`; false: nowhere
   */
  readonly resume?: Storage | false
  /** Ends the joining. A call that has begun is ended by `leave()`. */
  readonly signal?: AbortSignal
}

/**
 * Joins a room. Nothing is asked of the person, and nothing is sent until `publish`.
 *
 * Listen to the call's events right after this resolves, before any other `await`: who is in the room already comes as
 * `peer` like everybody else.
 *
 * @param url  of the service's WebSocket; relative to the page, `http(s):` is read as `ws(s):`
 * @throws     TypeError: `url` is no address, or `metadata` is what JSON cannot carry. What `iceServers` throws. CallError `aborted`, `unsupported`,
 *             `signaling-unreachable`, `room-full`, `access-denied`, `access-unavailable`, `room-locked`, `knock-refused`, `kicked`,
 *             `rejected`, or `protocol` when the service says what nobody understands
 *
 * @example
 * const call = await join('ws', { room: 'tea', name: 'Ada', signal: AbortSignal.timeout(15_000) })
 * call.on('peer', (peer) => { video.srcObject = peer.stream() })
 * const media = await openMedia({ audio: true, video: false })
 * await call.publish('mic', media.getAudioTracks()[0] ?? null)
 */
export async function join(url: string | URL, options: JoinOptions): Promise<Call> {
  const { signal } = options
  if (signal?.aborted) throw new CallError('aborted', undefined, { cause: signal.reason })
  if (typeof globalThis.RTCPeerConnection !== 'function') throw new CallError('unsupported')
  const own = new OwnProfile(options)
  const address = webSocketUrl(url, document.baseURI)
  const storage = options.resume === false ? undefined : (options.resume ?? defaultStorage())
  const record = new ReloadRecord(storage, address, options.room)
  const session = new SignalingSession({
    url: address,
    join: async () => ({ ...own.join(), ...(await tokenOf(options.token)) }),
    onKnocking: () => options.onKnocking?.(),
    record,
  })
  const ice = new IceSource(options)
  await orAborted(ice.begin(), signal)
  const joined = await session.start(signal)
  return new Call(session, joined, own, ice, options)
}

async function tokenOf(token: JoinOptions['token']): Promise<{ readonly token?: string }> {
  if (token === undefined) return {}
  try {
    return { token: typeof token === 'string' ? token : await token() }
  } catch (cause) {
    throw new CallError('access-unavailable', 'no token', { cause })
  }
}

/** @throws CallError `aborted`; what the promise rejects with */
async function orAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return promise
  const done = new AbortController()
  const aborted = new Promise<never>((_resolve, reject) => {
    const abort = (): void => reject(new CallError('aborted', undefined, { cause: signal.reason }))
    signal.addEventListener('abort', abort, { signal: done.signal })
    if (signal.aborted) abort()
  })
  try {
    await Promise.race([promise, aborted])
  } finally {
    done.abort()
  }
}
