import { CallError, type CallErrorCode } from './call-error.js'

/** What `openMedia` is asked for. */
export interface MediaRequest {
  /** Whether to open a microphone. */
  readonly audio: boolean
  /** Whether to open a camera. */
  readonly video: boolean
  /** Saved `deviceId`s. One that is not there any more is forgotten, and the browser's default taken. */
  readonly deviceIds?: { readonly mic?: string | undefined; readonly camera?: string | undefined }
}

/**
 * Opens microphone and camera in one request, so that the person is asked once. Made for calls: 720p at 30 frames per
 * second where the camera can, the browser's own echo and noise treatment.
 *
 * @returns a stream with one track for each medium asked for; they are yours to stop
 * @throws  CallError `insecure-context`, `unsupported`, `media-denied`, `media-not-found` or `media-in-use`,
 *          the browser's own exception as its `cause`
 */
export async function openMedia(request: MediaRequest): Promise<MediaStream> {
  if (!globalThis.isSecureContext) throw new CallError('insecure-context')
  // Typed as always there, but old and locked-down browsers lack it.
  const devices: MediaDevices | undefined = navigator.mediaDevices
  if (typeof devices?.getUserMedia !== 'function') throw new CallError('unsupported')
  let cause: unknown
  for (const deviceIds of withoutSome(request.deviceIds)) {
    try {
      return await devices.getUserMedia(constraintsOf({ ...request, deviceIds }))
    } catch (error) {
      cause = error
      // It does not say which device is not there.
      if (nameOf(error) !== 'OverconstrainedError') break
    }
  }
  throw new CallError(mediaErrorCode(nameOf(cause)), undefined, { cause })
}

type DeviceIds = NonNullable<MediaRequest['deviceIds']>

/** Saved devices as they are, then with one of two forgotten, then none. */
function withoutSome({ mic, camera }: DeviceIds = {}): DeviceIds[] {
  const both = mic !== undefined && camera !== undefined
  return [{ mic, camera }, ...(both ? [{ camera }, { mic }] : []), ...(mic || camera ? [{}] : [])]
}

/**
 * The code for an exception of `getUserMedia`.
 *
 * @param name  of the exception, as in the Media Capture specification, section 10.2
 */
export function mediaErrorCode(name: string): CallErrorCode {
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'media-denied'
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'media-not-found'
    case 'NotReadableError':
    case 'AbortError':
      return 'media-in-use'
    default:
      return 'unsupported'
  }
}

function constraintsOf({ audio, video, deviceIds }: MediaRequest): MediaStreamConstraints {
  return {
    audio: audio && (deviceIds?.mic ? { deviceId: { exact: deviceIds.mic } } : true),
    video: video && {
      width: { ideal: 1280 },
      height: { ideal: 720 },
      frameRate: { ideal: 30 },
      ...(deviceIds?.camera ? { deviceId: { exact: deviceIds.camera } } : { facingMode: 'user' }),
    },
  }
}

/** The name of an exception; empty where something else was thrown. */
export function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : ''
}
