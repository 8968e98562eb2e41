/**
 * Signalbox in the browser: join a room, get peers, publish tracks. No user interface and no dependency.
 *
 * @module
 */
export { Call, type CallEvents, type CallOptions } from './call.js'
export { CallError, type CallErrorCode, callErrors } from './call-error.js'
export type { MediaState } from './control-channel.js'
export { Emitter, type ListenOptions } from './emitter.js'
export { type JoinOptions, join } from './join.js'
export { type MediaRequest, openMedia } from './media.js'
export { Peer } from './peer.js'
export type { PeerEvents, PeerState } from './peer-options.js'
export type { SignalingState } from './signaling-session.js'
export { type Slot, slots } from './slots.js'
