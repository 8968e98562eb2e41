import type { TSchema } from '@sinclair/typebox'
import { Config, environmentName } from '../schemas/index.js'
import { describe, isFileToo } from './config.js'
import { groups } from './conformance/groups.js'

/** What `--help` prints. */
export function helpText(version: string): string {
  const settings = Object.entries<TSchema>(Config.properties).map(
    ([key, schema]) =>
      `  ${environmentName(key)}${isFileToo(schema) ? '*' : ''}\n      ${schema.description} (${describe(schema)}; ${defaultOf(schema)})`,
  )
  return `signalbox ${version}: a signaling service for WebRTC, with a call page

Usage: signalbox [--https | check | --help | --version]
       signalbox conform URL [--only ROWS] [--token TOKEN]
       signalbox token --room ROOM [--name NAME] [--role host|guest] [--ttl TIME] [--subject ID] [--capacity N]

Without a word it serves the page and the WebSocket on one port until it gets SIGTERM or SIGINT.

--https does the same over HTTPS, with a certificate for development that it makes for the addresses of this machine and keeps in
~/.cache/signalbox. Browsers warn of it, and give the camera once told to go on.

check tries the STUN and TURN servers, and Redis, once, says what is wrong with them, and ends with 1 if something is.

conform tries the server at a ws:, wss:, http: or https: URL against docs/protocol.md, whatever it is written in, and prints for each
row whether it holds. It takes a minute at the most, joins rooms with random names only, and ends with 1 if the base protocol, or
something else that the server says it has, does not hold; with 2 if there is no such server.
  --only      one group of rows (${groups.join(', ')}), or one row, such as base/full
  --token     what each join carries, where the server wants that: good for any room. Without it, and with SIGNALBOX_TOKEN_SECRETS,
              a token is made for each room, and one for a host, so that the rows about the door are tried, too

token prints a room token, signed with the first of SIGNALBOX_TOKEN_SECRETS:
  --room      the room it lets into
  --name      what the others see its owner called
  --role      host or guest (default guest)
  --ttl       how long it is good for: 30s, 15m, 1h, 7d, at most 30d (default 1h)
  --subject   who its owner is, such as an account
  --capacity  how many the room may hold, if its owner is the first there

Settings are environment variables; one that is marked with * can also be in a file, named by the same variable with _FILE:

${settings.join('\n')}
`
}

function defaultOf(schema: TSchema): string {
  return schema.default === '' || Array.isArray(schema.default) ? 'none by default' : `default ${schema.default}`
}
