import fp from 'fastify-plugin'
import type { WebhookConfig } from '../../schemas/index.js'
import type { RoomListener } from '../rooms/room-event.js'
import { HookCaller, hookNames, type RoomHooks } from './room-hooks.js'
import { webhookOutboxes } from './webhook-outbox.js'

declare module 'fastify' {
  interface FastifyInstance {
    roomEvents: RoomEvents
  }
}

/** What becomes of what happens in rooms. */
export interface RoomEvents {
  /** Of what was to be POSTed: how much waits, and how much is lost. */
  readonly webhooks: { readonly waiting: number; readonly lost: number }
}

/** What is still to be told when the rooms are over has so long, besides what the sockets were given. */
const finishMs = 2000

export interface RoomEventsOptions {
  readonly config: WebhookConfig
  readonly hooks: RoomHooks
}

/**
 * Tells hooks and webhooks what happens in rooms. Stands before the rooms, so that it is closed after them, and hears all that becomes of
 * the last members.
 *
 * @throws SettingError
 */
export const roomEvents = fp<RoomEventsOptions>(
  async (app, { config, hooks }) => {
    const outboxes = webhookOutboxes(config, app.log)
    const hasHooks = hookNames.some((name) => hooks[name] !== undefined)
    const hearers = [...outboxes, ...(hasHooks ? [new HookCaller(hooks, { log: app.log })] : [])]
    app.decorate('roomEvents', {
      webhooks: {
        get waiting() {
          return outboxes.reduce((sum, { waiting }) => sum + waiting, 0)
        },
        get lost() {
          return outboxes.reduce((sum, { lost }) => sum + lost, 0)
        },
      },
    })
    if (hearers.length === 0) return
    const listener: RoomListener = (event) => {
      for (const hearer of hearers) hearer.hear(event)
    }
    app.addHook('onReady', async () => app.oversight.watch(listener))
    app.addHook('onClose', async () => {
      await Promise.all(hearers.map((hearer) => hearer.finish(finishMs)))
    })
  },
  { name: 'signalbox-room-events', fastify: '5.x' },
)
