import { canGoDirect, checkTurn } from './ice-check.js'
import { askableUrlsOf, type Relay, relaysOf } from './ice-ways.js'
import { checkService } from './service-check.js'

/**
 * How calls will go from this network. `direct`: as they should. `relayed`: only through the server's relay. `no-relay` and
 * `relay-away`: not at all, as there is no relay, or none that can be reached. `unknown`: the service has not said whom to ask.
 */
export type NetworkOutcome = 'direct' | 'relayed' | 'no-relay' | 'relay-away' | 'unknown'

/**
 * Finds out how calls will go from this network. It takes no seat in any room, and asks relays only where calls cannot go
 * without them.
 *
 * @param token  of an invitation, where the address had one
 */
export async function checkNetwork(room: string, token: string | undefined): Promise<NetworkOutcome> {
  const { verdict, iceServers } = await checkService(room, token)
  if (verdict.outcome !== 'ok') return 'unknown'
  if (await canGoDirect(askableUrlsOf(iceServers))) return 'direct'
  const relays = relaysOf(iceServers)
  if (relays.length === 0) return 'no-relay'
  const working = await bestWorking(relays)
  if (working === undefined) return 'relay-away'
  // A relay over UDP is as good as an answer to the question before it, which the server may keep to itself.
  return working.way === 'turn-udp' ? 'direct' : 'relayed'
}

/** The best way of those that let data through; all are asked at once, as each may be silent for long. */
async function bestWorking(relays: readonly Relay[]): Promise<Relay | undefined> {
  const verdicts = await Promise.all(relays.map(({ server }) => checkTurn(server)))
  return relays.find((_, index) => verdicts[index]?.outcome === 'ok')
}
