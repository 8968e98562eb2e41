/**
 * Every error that `app.signalbox` throws to the application: the closed list. Each has its `code`, and a `statusCode`, so that a route
 * of the application's may let it pass.
 */
export const hostErrors = {
  SIGNALBOX_ERR_ROOM_NOT_FOUND: {
    statusCode: 404,
    message: 'There is no such room.',
    when: 'Nobody is in the room, nor knocks at it.',
  },
  SIGNALBOX_ERR_PEER_NOT_FOUND: {
    statusCode: 404,
    message: 'Nobody with this peerId is in the room.',
    when: '`kick` of somebody who is not there.',
  },
  SIGNALBOX_ERR_BAD_REQUEST: {
    statusCode: 400,
    message: 'What was asked for cannot be done: %s.',
    when: 'A room whose name cannot be one, an announcement without `text` and `data`, or over its bounds.',
  },
  SIGNALBOX_ERR_STORE_UNAVAILABLE: {
    statusCode: 503,
    message: 'The rooms cannot be reached at the moment.',
    when: 'The store that the rooms are in does not answer. What was asked may have been done all the same.',
  },
  SIGNALBOX_ERR_SEVERAL: {
    statusCode: 500,
    message:
      'signalbox is registered several times in this context: register each in a plugin of its own, with an app.signalbox of its own.',
    when: 'The plugin is registered more than once in one context.',
  },
} as const satisfies Record<string, HostErrorDescription>

export interface HostErrorDescription {
  readonly statusCode: number
  /** For people. */
  readonly message: string
  /** When it is thrown, for the documentation. */
  readonly when: string
}

export type HostErrorCode = keyof typeof hostErrors
