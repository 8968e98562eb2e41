import { CallError } from '../sdk/index.js'
import type { PageState } from './call-state.js'
import type { Texts } from './texts.js'

/** Why somebody is still in the lobby. */
export type Notice =
  | Extract<
      PageState,
      'full' | 'server-away' | 'rejected' | 'unsupported' | 'locked' | 'refused' | 'kicked' | 'taken' | 'access-away'
    >
  | 'needs-invite'
  | 'invite-expired'
  | 'invite-invalid'
  | 'room-missing'

/** @throws what is no error of a call */
export function noticeOf(error: unknown): Notice {
  if (!(error instanceof CallError)) throw error
  switch (error.code) {
    case 'room-full':
      return 'full'
    case 'access-denied':
      return deniedNotice(error.serviceCode)
    case 'access-unavailable':
      return 'access-away'
    case 'room-locked':
      return 'locked'
    case 'knock-refused':
      return 'refused'
    case 'identity-taken':
      return 'taken'
    case 'kicked':
    case 'unsupported':
      return error.code
    case 'rejected':
    case 'protocol':
      return 'rejected'
    default:
      return 'server-away'
  }
}

function deniedNotice(serviceCode: string | undefined): Notice {
  if (serviceCode === 'token-required') return 'needs-invite'
  return serviceCode === 'token-expired' ? 'invite-expired' : 'invite-invalid'
}

/** What the person is told. */
export function sentenceOf(notice: Notice, texts: Texts): string {
  const sentences: Readonly<Record<Notice, string>> = {
    full: texts.full,
    'server-away': texts.serverAway,
    rejected: texts.rejected,
    unsupported: texts.unsupported,
    locked: texts.locked,
    refused: texts.refused,
    kicked: texts.kicked,
    taken: texts.taken,
    'access-away': texts.accessAway,
    'needs-invite': texts.needsInvite,
    'invite-expired': texts.inviteExpired,
    'invite-invalid': texts.inviteInvalid,
    'room-missing': texts.roomMissing,
  }
  return sentences[notice]
}

/** What the page is about then. */
export function stateOf(notice: Notice): PageState {
  switch (notice) {
    case 'room-missing':
      return 'idle'
    case 'needs-invite':
    case 'invite-expired':
    case 'invite-invalid':
      return 'denied'
    default:
      return notice
  }
}

/** Whether the same again can succeed, with nothing but time gone by. */
export function canBeTriedAgain(notice: Notice): boolean {
  return ['full', 'server-away', 'locked', 'taken', 'access-away'].includes(notice)
}
