import type { ErrorCode } from '../../schemas/index.js'
import { CallError, type CallErrorCode } from '../sdk/index.js'
import type { PageState } from './call-state.js'

/** What goes wrong for a person: what the page has words and a next step for. */
export type Trouble =
  | 'access-away'
  | 'backlog-full'
  | 'browser-failed'
  | 'busy'
  | 'closed'
  | 'file-failed'
  | 'file-refused'
  | 'full'
  | 'gone'
  | 'in-between'
  | 'invite-early'
  | 'invite-expired'
  | 'invite-invalid'
  | 'kicked'
  | 'locked'
  | 'message-too-big'
  | 'name-fixed'
  | 'name-invalid'
  | 'needs-invite'
  | 'not-allowed'
  | 'offline'
  | 'protocol'
  | 'refused'
  | 'rejected'
  | 'replaced'
  | 'room-closed'
  | 'room-invalid'
  | 'room-missing'
  | 'server-away'
  | 'taken'
  | 'undelivered'
  | 'unreachable'
  | 'unsupported'

/** What a button can do about it: the same again; the page anew; in another room. */
export type Action = 'try-again' | 'reload' | 'new-room' | 'none'

/** What the page does about a trouble. */
export interface Advice {
  readonly action: Action
  /** What the page is about when it keeps somebody out of a call. Default: `rejected` */
  readonly state?: PageState
}

/** What is wrong with camera or microphone has words of its own, as it says which. */
type DeviceCode = Extract<CallErrorCode, `media-${string}` | 'insecure-context'>

const ofCall: Readonly<Record<Exclude<CallErrorCode, DeviceCode>, Trouble>> = {
  // The page stops a join that nobody answers.
  aborted: 'server-away',
  'access-denied': 'not-allowed',
  'access-unavailable': 'access-away',
  'backlog-full': 'backlog-full',
  'browser-failed': 'browser-failed',
  'channel-closed': 'gone',
  closed: 'closed',
  'code-failed': 'in-between',
  'file-failed': 'file-failed',
  'file-refused': 'file-refused',
  'ice-failed': 'unreachable',
  'identity-taken': 'taken',
  kicked: 'kicked',
  'knock-refused': 'refused',
  'message-too-big': 'message-too-big',
  protocol: 'protocol',
  rejected: 'rejected',
  replaced: 'replaced',
  'room-closed': 'room-closed',
  'room-full': 'full',
  'room-locked': 'locked',
  'signaling-unreachable': 'server-away',
  undelivered: 'undelivered',
  unsupported: 'unsupported',
}

/** Where the service has said more than the SDK's code does. */
const ofService: Readonly<Record<ErrorCode, Trouble>> = {
  'access-denied': 'not-allowed',
  'access-unavailable': 'access-away',
  'bad-message': 'protocol',
  'host-required': 'protocol',
  'identity-taken': 'taken',
  kicked: 'kicked',
  'knock-refused': 'refused',
  'metadata-invalid': 'protocol',
  'name-fixed': 'name-fixed',
  'name-invalid': 'name-invalid',
  'not-joined': 'protocol',
  'not-json': 'protocol',
  'not-object': 'protocol',
  'out-of-order': 'protocol',
  'peer-not-found': 'gone',
  'resume-gone': 'protocol',
  'resume-stale': 'protocol',
  'room-full': 'full',
  'room-id-invalid': 'room-invalid',
  'room-id-required': 'room-missing',
  'room-locked': 'locked',
  'service-full': 'busy',
  'to-required': 'protocol',
  'token-expired': 'invite-expired',
  'token-invalid': 'invite-invalid',
  'token-not-yet-valid': 'invite-early',
  'token-required': 'needs-invite',
  'token-wrong-room': 'invite-invalid',
  'too-many-failures': 'busy',
  'too-many-joins': 'busy',
  'too-many-rooms': 'busy',
  'unknown-type': 'protocol',
}

/** What can be done about each. */
export const advice: Readonly<Record<Trouble, Advice>> = {
  'access-away': { action: 'try-again', state: 'access-away' },
  'backlog-full': { action: 'try-again' },
  'browser-failed': { action: 'reload' },
  busy: { action: 'try-again', state: 'server-away' },
  closed: { action: 'try-again' },
  'file-failed': { action: 'try-again' },
  'file-refused': { action: 'none' },
  full: { action: 'try-again', state: 'full' },
  gone: { action: 'none' },
  'in-between': { action: 'new-room' },
  'invite-early': { action: 'try-again', state: 'denied' },
  'invite-expired': { action: 'none', state: 'denied' },
  'invite-invalid': { action: 'none', state: 'denied' },
  kicked: { action: 'new-room', state: 'kicked' },
  locked: { action: 'try-again', state: 'locked' },
  'message-too-big': { action: 'none' },
  'name-fixed': { action: 'none' },
  'name-invalid': { action: 'none' },
  'needs-invite': { action: 'none', state: 'denied' },
  'not-allowed': { action: 'new-room', state: 'denied' },
  offline: { action: 'try-again', state: 'offline' },
  protocol: { action: 'reload' },
  refused: { action: 'new-room', state: 'refused' },
  rejected: { action: 'reload' },
  replaced: { action: 'try-again' },
  'room-closed': { action: 'new-room' },
  'room-invalid': { action: 'new-room' },
  'room-missing': { action: 'new-room', state: 'idle' },
  'server-away': { action: 'try-again', state: 'server-away' },
  taken: { action: 'try-again', state: 'taken' },
  undelivered: { action: 'none' },
  unreachable: { action: 'none' },
  unsupported: { action: 'none', state: 'unsupported' },
}

/**
 * What went wrong for the person.
 *
 * @param isOnline  whether the browser has a network: without one it is of no use to look elsewhere
 * @throws          what is no error of a call, and what is one of a device
 */
export function troubleOf(error: unknown, isOnline = true): Trouble {
  if (!(error instanceof CallError)) throw error
  const { code, serviceCode } = error
  if (isOfDevice(code)) throw error
  const trouble = isServiceCode(serviceCode) ? ofService[serviceCode] : ofCall[code]
  return trouble === 'server-away' && !isOnline ? 'offline' : trouble
}

/** Of what happens while a call goes on, what the person can do something about and sees nowhere else: the chat says what is lost of it. */
export function isNewsInCall(trouble: Trouble): boolean {
  return ['backlog-full', 'message-too-big', 'name-fixed', 'name-invalid'].includes(trouble)
}

function isOfDevice(code: CallErrorCode): code is DeviceCode {
  return !Object.hasOwn(ofCall, code)
}

function isServiceCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && Object.hasOwn(ofService, code)
}
