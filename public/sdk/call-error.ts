/**
 * Everything that can go wrong for a user of the SDK: the closed list.
 * `retryable` says whether the same request can succeed later without the person changing anything but time.
 */
export const callErrors = {
  aborted: { message: 'an AbortSignal that was given aborted', retryable: false },
  unsupported: { message: 'this browser cannot make WebRTC calls', retryable: false },
  'signaling-unreachable': { message: 'the signaling service cannot be reached', retryable: true },
  'room-full': { message: 'the room is full', retryable: true },
  'access-denied': { message: 'the token, or the application, does not let one in', retryable: false },
  'access-unavailable': { message: 'it cannot be found out at the moment whether one may come in', retryable: true },
  'room-locked': { message: 'a host lets nobody in at the moment', retryable: true },
  'knock-refused': { message: 'a host has not let one in', retryable: false },
  kicked: { message: 'a host has thrown one out', retryable: false },
  'room-closed': { message: 'whoever runs the service has closed the room', retryable: false },
  'identity-taken': { message: 'somebody with the same identity is in the room', retryable: true },
  replaced: { message: 'another page has taken the seat', retryable: false },
  rejected: { message: 'the signaling service refused the request', retryable: false },
  'ice-failed': { message: 'a peer cannot be reached; it is tried again', retryable: true },
  'browser-failed': { message: 'the browser refused something that the call can do without', retryable: false },
  'code-failed': {
    message: 'a peer has not kept to what makes the code: somebody may be in between',
    retryable: false,
  },
  protocol: { message: 'a message could not be understood', retryable: false },
  'message-too-big': { message: 'a message of more bytes than one may have', retryable: false },
  'backlog-full': { message: 'the peer has not yet taken what was sent to it before', retryable: true },
  'file-refused': { message: 'the peer does not want the file', retryable: false },
  'file-failed': { message: 'the file did not get across whole', retryable: true },
  undelivered: {
    message: 'what was sent to a peer did not reach it before it came back as another',
    retryable: false,
  },
  'channel-closed': {
    message: 'the peer is gone, or the connection was closed before the data channel was open',
    retryable: true,
  },
  closed: { message: 'the page was put away during the call', retryable: true },
  'insecure-context': { message: 'camera and microphone need https or localhost', retryable: false },
  'media-denied': { message: 'camera or microphone is not allowed for this page', retryable: false },
  'media-not-found': { message: 'there is no such camera or microphone', retryable: false },
  'media-in-use': {
    message: 'camera or microphone could not be started; another program may be using it',
    retryable: true,
  },
} as const satisfies Record<string, { readonly message: string; readonly retryable: boolean }>

/** The code of a `CallError`; the keys of `callErrors`. */
export type CallErrorCode = keyof typeof callErrors

/** What the service's word for it is called here; for everything else: `rejected`. */
const refusals: Partial<Record<string, CallErrorCode>> = {
  'token-required': 'access-denied',
  'token-invalid': 'access-denied',
  'token-expired': 'access-denied',
  'token-not-yet-valid': 'access-denied',
  'token-wrong-room': 'access-denied',
  'access-denied': 'access-denied',
  'access-unavailable': 'access-unavailable',
  'too-many-joins': 'signaling-unreachable',
  'too-many-rooms': 'signaling-unreachable',
  'service-full': 'signaling-unreachable',
  'too-many-failures': 'access-unavailable',
  'room-locked': 'room-locked',
  'room-full': 'room-full',
  'knock-refused': 'knock-refused',
  kicked: 'kicked',
  'identity-taken': 'identity-taken',
}

/** The one class of error of this SDK: branch on `code`, show your own words. */
export class CallError extends Error {
  /** What is wrong, of the closed list. */
  readonly code: CallErrorCode
  /** Whether trying again, later, can succeed. */
  readonly retryable: boolean
  /** For what the service has refused: the code of the service's `error` message, where it sent one (docs/protocol.md, Errors). */
  readonly serviceCode: string | undefined

  /**
   * An error as this SDK throws it.
   *
   * @param message  for developers; without it, the text of the code
   * @param options  `cause`: what the platform said; `serviceCode`: what the service said
   */
  constructor(
    code: CallErrorCode,
    message: string = callErrors[code].message,
    options: ErrorOptions & { readonly serviceCode?: string } = {},
  ) {
    super(message, options)
    this.name = 'CallError'
    this.code = code
    this.retryable = callErrors[code].retryable
    this.serviceCode = options.serviceCode
  }

  /** @internal the error for an `error` message of the service */
  static ofService({ code, message }: { readonly code: string; readonly message: string }): CallError {
    // Whatever the service says: `constructor` is no code either.
    const refusal = Object.hasOwn(refusals, code) ? refusals[code] : undefined
    return new CallError(refusal ?? 'rejected', message, { serviceCode: code })
  }
}
