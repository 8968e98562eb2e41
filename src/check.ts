import { checkServers } from '../plugins/ice-servers/turn-check.js'
import type { StoreReport } from '../plugins/rooms/redis/store-check.js'
import type { Config } from '../schemas/index.js'

/**
 * `signalbox check`: tries each STUN and TURN server once, and the Redis that rooms are shared by, and prints a line for each.
 *
 * @returns  the exit code: 0 when all of them can be used, or there are none; 1 when one cannot
 */
export async function check(config: Config, output: { write(text: string): void }): Promise<number> {
  const { reports } = await checkServers(config)
  const store = config.redisUrl === '' ? undefined : await storeReport(config)
  if (reports.length === 0 && store === undefined)
    output.write('No STUN or TURN server is configured, and no Redis: there is nothing to check.\n')
  for (const { url, sentence } of reports) output.write(`${url}: ${sentence}\n`)
  // Without its address, as a password is in that.
  if (store !== undefined) output.write(`Redis: ${store.sentence}\n`)
  return reports.every(({ ok }) => ok) && store?.ok !== false ? 0 : 1
}

async function storeReport(config: Config): Promise<StoreReport> {
  const { checkStore } = await import('../plugins/rooms/redis/store-check.js')
  return checkStore(config, config)
}
