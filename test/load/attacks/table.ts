import { fragments, messages, pings } from './floods.js'
import { neverReading } from './readers.js'
import type { Attack } from './scene.js'
import { slowHandshakes, slowRequests } from './slow.js'
import { connects, joins } from './storms.js'

/** Touches the service not at all, and takes as much of the processor as it gets. */
const spin: Attack = () => {
  let isOver = false
  const turn = (): void => {
    const endMs = performance.now() + 5
    while (performance.now() < endMs);
    if (!isOver) setImmediate(turn)
  }
  turn()
  return () => {
    isOver = true
  }
}

export const attacks = {
  spin,
  'slow requests': slowRequests,
  'slow handshakes': slowHandshakes,
  'never reading': neverReading,
  messages,
  fragments,
  pings,
  connects,
  joins,
} as const satisfies Record<string, Attack>

export type AttackName = keyof typeof attacks
