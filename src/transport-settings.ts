import { isIP } from 'node:net'
import type { ProcessConfig, TlsConfig } from '../schemas/index.js'

type TransportSettings = Pick<ProcessConfig, 'trustProxy'> & TlsConfig

/**
 * What cannot be used of the settings about HTTPS and proxies, which their schemas do not tell.
 *
 * @param nameOf  how a setting is called where it was set
 * @returns       a sentence that names a setting; undefined when all is well
 */
export function faultOfTransport(
  { tlsCert, tlsKey, trustProxy }: TransportSettings,
  nameOf: (key: keyof TransportSettings) => string,
): string | undefined {
  if (tlsCert !== '' && tlsKey === '') return `${nameOf('tlsCert')} needs ${nameOf('tlsKey')} beside it.`
  if (tlsKey !== '' && tlsCert === '') return `${nameOf('tlsKey')} needs ${nameOf('tlsCert')} beside it.`
  const wrong = trustProxy.find((network) => !isNetwork(network))
  if (wrong !== undefined)
    return `${nameOf('trustProxy')}: ${wrong} is no network, which is like 10.0.0.0/8 or fd00::/8.`
  return undefined
}

/** An address, or a network in the notation of RFC 4632 and RFC 4291. Not all addresses at once: that would be to believe anybody. */
function isNetwork(text: string): boolean {
  const [, address = '', bits] = /^([^/]+)(?:\/([1-9]\d*))?$/.exec(text) ?? []
  const version = isIP(address)
  return version !== 0 && (bits === undefined || Number(bits) <= (version === 4 ? 32 : 128))
}
