/** What the page in a frame says to whoever shows it, when it can be talked to. It tells of nothing. */
export const readyMessage = 'signalbox:ready'

/** What the element answers into its frame with one end of a channel; from then on both talk through that, and nobody else hears it. */
export const connectMessage = 'signalbox:connect'

/** What the element asks of the page in its frame. */
export interface FrameRequest {
  readonly type: 'leave'
}

/** What the page tells the element. */
export type FrameReport =
  | { readonly type: 'joined'; readonly room: string }
  | { readonly type: 'left' }
  | { readonly type: 'ended'; readonly code: string }
