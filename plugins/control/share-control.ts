import type { FastifyInstance } from 'fastify'
import { Several } from './host-error.js'
import type { Signalbox } from './room-control.js'

/** What is registered in each context. */
const shared = new WeakMap<FastifyInstance, Signalbox[]>()

/**
 * Decorates a context with `signalbox`: the one instance that is registered there, for the contexts below, too. Where there are several
 * nobody could tell which one is meant, so it throws.
 */
export function shareControl(app: FastifyInstance, control: Signalbox): void {
  const there = shared.get(app)
  if (there !== undefined) {
    there.push(control)
    return
  }
  const controls = [control]
  shared.set(app, controls)
  app.decorate('signalbox', {
    getter: () => {
      if (controls.length > 1) throw new Several()
      return control
    },
  })
}
