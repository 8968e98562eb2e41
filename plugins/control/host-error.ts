import createError from '@fastify/error'
import { hostErrors } from '../../schemas/index.js'

const { SIGNALBOX_ERR_ROOM_NOT_FOUND: roomNotFound, SIGNALBOX_ERR_PEER_NOT_FOUND: peerNotFound } = hostErrors
const { SIGNALBOX_ERR_BAD_REQUEST: badRequest, SIGNALBOX_ERR_STORE_UNAVAILABLE: storeUnavailable } = hostErrors
const { SIGNALBOX_ERR_SEVERAL: several } = hostErrors

export const RoomNotFound = createError('SIGNALBOX_ERR_ROOM_NOT_FOUND', roomNotFound.message, roomNotFound.statusCode)
export const PeerNotFound = createError('SIGNALBOX_ERR_PEER_NOT_FOUND', peerNotFound.message, peerNotFound.statusCode)
export const BadRequest = createError<[string]>('SIGNALBOX_ERR_BAD_REQUEST', badRequest.message, badRequest.statusCode)
export const Several = createError('SIGNALBOX_ERR_SEVERAL', several.message, several.statusCode)
export const StoreDoesNotAnswer = createError(
  'SIGNALBOX_ERR_STORE_UNAVAILABLE',
  storeUnavailable.message,
  storeUnavailable.statusCode,
)
