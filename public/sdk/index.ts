/**
 * Signalbox in the browser: join a room, get peers, publish tracks. No user interface and no dependency.
 *
 * @module
 */
export { Call, type CallEvents, type CallOptions, type StatsOptions } from './call.js'
export { CallError, type CallErrorCode, callErrors } from './call-error.js'
export { type CodeSymbol, codeSymbols } from './code-symbols.js'
export type { ConnectionDetails, StreamDetails } from './connection-details.js'
export type { MediaState } from './control-channel.js'
export type { GoneReason } from './decode-message.js'
export { Emitter, type ListenOptions } from './emitter.js'
export type { SendFileOptions } from './file-sender.js'
export { type Door, Host, type HostEvents, type Knock } from './host.js'
export type { IceServersOption } from './ice-source.js'
export { type AcceptOptions, type IncomingFile, type IncomingFileEvents, maxBlobBytes } from './incoming-file.js'
export { type JoinOptions, join } from './join.js'
export { type MediaRequest, openMedia } from './media.js'
export type { Profile } from './own-profile.js'
export type { Peer } from './peer.js'
export type { PeerEvents, PeerState } from './peer-options.js'
export type { Quality, QualityReason } from './quality.js'
export type { QualityFigures, QualityMoment } from './quality-history.js'
export { openScreen, type ScreenRequest } from './screen.js'
export type { SignalingState } from './signaling-session.js'
export { type Slot, type StreamKind, slotKinds, slots } from './slots.js'
export type { Code } from './verification.js'
