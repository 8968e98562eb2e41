/** What this browser remembers between visits. Nothing of it leaves the browser but the name, on joining. */
export type Setting =
  | 'name'
  | 'language'
  | 'shortcuts'
  | 'mic-device'
  | 'camera-device'
  | 'speaker-device'
  | 'self-corner'

/** @returns what was remembered; undefined also where storage is refused (private windows, blocked cookies) */
export function recall(setting: Setting): string | undefined {
  try {
    return localStorage.getItem(`signalbox.${setting}`) ?? undefined
  } catch {
    return undefined
  }
}

/** Remembers, where the browser lets us; without storage the page works all the same, so a refusal is no error. */
export function remember(setting: Setting, value: string): void {
  try {
    localStorage.setItem(`signalbox.${setting}`, value)
  } catch {
    // As above: nothing depends on it.
  }
}

/** What a tab needs to come back into its call after a reload. */
export interface OngoingCall {
  readonly room: string
  readonly mic: boolean
  readonly camera: boolean
}

const ongoingKey = 'signalbox.ongoing-call'

/** Keeps for this tab which call it is in; null when it has ended. */
export function rememberOngoing(call: OngoingCall | null): void {
  try {
    if (call === null) sessionStorage.removeItem(ongoingKey)
    else sessionStorage.setItem(ongoingKey, JSON.stringify(call))
  } catch {
    // Without storage a reload leads to the lobby, which is fine.
  }
}

/**
 * The call that a reload of this tab interrupted, told once. Only a reload: whoever opens the address anew, or comes back
 * to it, has not asked for a microphone that is on.
 */
export function recallInterrupted(): OngoingCall | undefined {
  const [navigation] = performance.getEntriesByType('navigation')
  const isReload = navigation instanceof PerformanceNavigationTiming && navigation.type === 'reload'
  try {
    const saved: unknown = JSON.parse(sessionStorage.getItem(ongoingKey) ?? 'null')
    sessionStorage.removeItem(ongoingKey)
    return isReload && isOngoingCall(saved) ? saved : undefined
  } catch {
    return undefined
  }
}

function isOngoingCall(value: unknown): value is OngoingCall {
  return (
    typeof value === 'object' &&
    value !== null &&
    'room' in value &&
    typeof value.room === 'string' &&
    'mic' in value &&
    typeof value.mic === 'boolean' &&
    'camera' in value &&
    typeof value.camera === 'boolean'
  )
}
