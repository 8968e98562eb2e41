import { type IceConfig, shownValue } from '../../schemas/index.js'
import { parseIceUrl } from './ice-url.js'

/**
 * What cannot be used of the settings together, which no schema of one of them tells.
 *
 * @param nameOf  how a setting is called where it was set
 * @param hook    whether the application gives the servers itself, and these are for when it does not answer
 * @returns       a sentence that names a setting; undefined when all is well
 */
export function faultOfSettings(
  { stunUrls, turnUrls, turnSecrets }: IceConfig,
  nameOf: (key: keyof IceConfig) => string,
  { hook = false }: { readonly hook?: boolean } = {},
): string | undefined {
  for (const [key, urls] of [
    ['stunUrls', stunUrls],
    ['turnUrls', turnUrls],
  ] as const) {
    const wrong = urls.find((url) => parseIceUrl(url) === undefined)
    if (wrong !== undefined)
      return `${nameOf(key)} must be URLs of servers that a browser would take, not ${shownValue(wrong)}.`
  }
  if (hook) return undefined
  if (turnUrls.length > 0 && turnSecrets.length === 0)
    return `${nameOf('turnSecrets')} is empty, and without a secret there is no password for the servers in ${nameOf('turnUrls')}.`
  if (turnSecrets.length > 0 && turnUrls.length === 0)
    return `${nameOf('turnUrls')} is empty, and without a server ${nameOf('turnSecrets')} is of no use.`
  return undefined
}
