/**
 * Every code the service closes a socket with: the closed list.
 * Below 4000 they are RFC 6455 (section 7.4.1) and the IANA registry; 40xx means "do not come back by yourself".
 */
export const closeCodes = {
  protocolError: {
    code: 1002,
    reason: '',
    when: 'The frames are not those of RFC 6455.',
    retry: false,
  },
  unsupportedData: {
    code: 1003,
    reason: 'text frames only',
    when: 'A binary frame arrived.',
    retry: false,
  },
  invalidPayload: {
    code: 1007,
    reason: '',
    when: 'A text frame that is not UTF-8.',
    retry: false,
  },
  policyViolation: {
    code: 1008,
    reason: 'too many malformed messages',
    when: 'More malformed messages than `maxMalformedMessages` on one socket, or one in more fragments than `maxFragments`, or in more pieces than `maxBufferedChunks`.',
    retry: false,
  },
  messageTooBig: {
    code: 1009,
    reason: 'frame too big',
    when: 'A frame larger than `maxFrameBytes`.',
    retry: false,
  },
  internalError: {
    code: 1011,
    reason: 'internal error',
    when: "The service failed; the detail is in the operator's log only.",
    retry: true,
  },
  serviceRestart: {
    code: 1012,
    reason: 'service restart',
    when: 'The service is stopping. The reason is `{"retryMs":…}`: come back after so long.',
    retry: true,
  },
  tryAgainLater: {
    code: 1013,
    reason: 'reading too slowly',
    when: 'The client does not read, and more than `maxQueuedBytes` wait for it.',
    retry: true,
  },
  roomsUnavailable: {
    code: 1013,
    reason: 'rooms unavailable',
    when: 'The store that the rooms are in does not answer a `join` or `resume`, or has lost the seat. With a `join` or `resume` the reason is `{"retryMs":…}`: come again after so long, with the same seat.',
    retry: true,
  },
  replaced: {
    code: 4001,
    reason: 'taken over by another socket',
    when: 'The seat has been taken again over another socket, or given up by another way.',
    retry: false,
  },
  kicked: {
    code: 4010,
    reason: 'thrown out by a host',
    when: 'A host has thrown the member out. It is not let in again for as long as the room exists.',
    retry: false,
  },
  roomClosed: {
    code: 4011,
    reason: 'the room was closed',
    when: 'Whoever runs the service has closed the room: everybody in it is out. It can be joined anew, by who may.',
    retry: false,
  },
  tooManyMessages: {
    code: 4100,
    reason: 'too many messages',
    when: 'The client goes on sending more than `maxMessagesPerSecond` or `maxBytesPerSecond` for longer than `overloadMs`.',
    retry: true,
  },
  joinTimeout: {
    code: 4008,
    reason: 'no join in time',
    when: 'No `join` or `resume` within `joinTimeoutMs` of connecting that was answered with anything but an error.',
    retry: false,
  },
} as const satisfies Record<string, CloseDescription>

export interface CloseDescription {
  /** The code of the WebSocket close frame. */
  readonly code: number
  /** The reason in the close frame; for people. */
  readonly reason: string
  /** When it is sent, for the documentation. */
  readonly when: string
  /** Whether the client may connect again by itself (with back-off). */
  readonly retry: boolean
}

export type CloseName = keyof typeof closeCodes
