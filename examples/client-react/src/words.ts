import type { CallError, CallErrorCode } from 'signalbox/client'

/** For what somebody can do something about. */
const words: Partial<Record<CallErrorCode, string>> = {
  'room-full': 'The room is full.',
  'media-denied':
    'The browser may not use camera and microphone on this page. Allow it in the address bar, and join again.',
  'media-not-found': 'There is no camera or no microphone.',
  'media-in-use': 'Another program uses camera or microphone.',
  'insecure-context': 'Camera and microphone need https, or localhost.',
  'signaling-unreachable': 'The service cannot be reached. Try again in a moment.',
}

export function wordsFor({ code, message }: CallError): string {
  return words[code] ?? `That did not work: ${message}.`
}
