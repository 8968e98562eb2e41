import { checkServers } from '../plugins/ice-servers/turn-check.js'
import type { IceConfig } from '../schemas/index.js'

/**
 * `signalbox check`: tries each STUN and TURN server once, and prints a line for each.
 *
 * @returns  the exit code: 0 when all of them can be used, or there are none; 1 when one cannot
 */
export async function check(config: IceConfig, output: { write(text: string): void }): Promise<number> {
  const { reports } = await checkServers(config)
  if (reports.length === 0) output.write('No STUN or TURN server is configured: there is nothing to check.\n')
  for (const { url, sentence } of reports) output.write(`${url}: ${sentence}\n`)
  return reports.every(({ ok }) => ok) ? 0 : 1
}
