import { useEffect, useState, useSyncExternalStore } from 'react'
import { CallSession, type CallView } from './call-session.js'

/** What a component can do with a call, and what it is like. */
export type UsedCall = CallView & Pick<CallSession, 'join' | 'leave' | 'toggle'>

/**
 * One call at a time, which ends with the component.
 *
 * @param url  of the service's WebSocket; another one later does nothing
 */
export function useCall(url: string): UsedCall {
  const [session] = useState(() => new CallSession(url))
  const view = useSyncExternalStore(session.subscribe, session.view)
  useEffect(() => session.leave, [session])
  const { join, leave, toggle } = session
  return { ...view, join, leave, toggle }
}
