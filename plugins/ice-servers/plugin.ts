import fp from 'fastify-plugin'
import type { IceServers as Given, IceConfig } from '../../schemas/index.js'
import type { LogNames } from '../naming/log-names.js'
import { askHook, ConfiguredServers, type IceMember, type IceServersHook } from './ice-servers.js'
import { faultOfSettings } from './ice-settings.js'
import { checkServers, type TurnReport } from './turn-check.js'
import { type TurnHealth, TurnWatch } from './turn-watch.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Which STUN and TURN servers members are given, and how it stands with them. */
    iceServers: IceServers
  }
}

export interface IceServers {
  /**
   * At once, unless the application is asked. Never fails.
   *
   * @param former  what the member has: comes back where the application fails
   */
  for(member: IceMember, former?: Given): Given | Promise<Given>
  /** How it was at the last check; undefined when there are no TURN servers. */
  readonly health: TurnHealth | undefined
  /** Each STUN and TURN server by its URL, and whether it could be used when it was last tried. */
  readonly tried: ReadonlyMap<string, boolean>
  /** Tries every server once, now. */
  check(): Promise<TurnReport[]>
}

export interface IceServersOptions {
  readonly config: IceConfig
  /** Asked instead of the configuration, which is for when it does not answer. */
  readonly hook?: IceServersHook | undefined
  readonly logNames: LogNames
}

/** Decorates the app with what gives members their STUN and TURN servers, and tries these from the moment it listens. */
export const iceServers = fp<IceServersOptions>(
  async (app, { config, hook, logNames }) => {
    const fault = faultOfSettings(config, (key) => key, { hook: hook !== undefined })
    if (fault !== undefined) throw new TypeError(`signalbox: ${fault}`)
    const configured = new ConfiguredServers(config)
    const watch = new TurnWatch({
      check: async (signal) => {
        const { reports, secret } = await checkServers(config, { signal })
        if (secret !== undefined) configured.use(secret)
        return reports
      },
      intervalMs: config.turnCheckIntervalMs,
      log: app.log,
    })
    const isTurn = config.turnUrls.length > 0 && config.turnSecrets.length > 0

    app.decorate('iceServers', {
      for: (member, former) => (hook === undefined ? configured.for(member) : ask(hook, member, former)),
      get health() {
        return isTurn ? watch.health : undefined
      },
      tried: watch.tried,
      check: () => watch.check(),
    })
    if (isTurn || config.stunUrls.length > 0) app.addHook('onListen', async () => watch.start())
    app.addHook('onClose', async () => watch.stop())

    async function ask(hook: IceServersHook, member: IceMember, former: Given | undefined): Promise<Given> {
      try {
        return await askHook(hook, member)
      } catch (error) {
        // Its message alone: what else an error of somebody's code holds may be a password.
        const reason = error instanceof Error ? error.message : String(error)
        app.log.error({ roomId: logNames.room(member.roomId), reason }, 'iceServers failed, other servers are given')
        return former ?? configured.for(member)
      }
    }
  },
  { name: 'signalbox-ice-servers', fastify: '5.x' },
)
