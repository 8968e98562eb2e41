/**
 * Everything that can go wrong for a user of the SDK: the closed list.
 * `retryable` says whether the same request can succeed later without the person changing anything but time.
 */
export const callErrors = {
  aborted: { message: 'the AbortSignal given to join aborted', retryable: false },
  unsupported: { message: 'this browser cannot make WebRTC calls', retryable: false },
  'signaling-unreachable': { message: 'the signaling service cannot be reached', retryable: true },
  'room-full': { message: 'the room is full', retryable: true },
  rejected: { message: 'the signaling service refused the request', retryable: false },
  protocol: { message: 'a message could not be understood', retryable: false },
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

/** The one class of error of this SDK: branch on `code`, show your own words. */
export class CallError extends Error {
  readonly code: CallErrorCode
  /** Whether trying again, later, can succeed. */
  readonly retryable: boolean

  /**
   * @param message  for developers; without it, the text of the code
   * @param options  `cause`: what the platform or the service said
   */
  constructor(code: CallErrorCode, message: string = callErrors[code].message, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CallError'
    this.code = code
    this.retryable = callErrors[code].retryable
  }
}
