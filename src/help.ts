import type { TSchema } from '@sinclair/typebox'
import { Config, environmentName } from '../schemas/index.js'
import { describe } from './config.js'

/** What `--help` prints. */
export function helpText(version: string): string {
  const settings = Object.entries<TSchema>(Config.properties).map(
    ([key, schema]) =>
      `  ${environmentName(key)}\n      ${schema.description} (${describe(schema)}; default ${schema.default})`,
  )
  return `signalbox ${version}: a signaling service for WebRTC, with a call page

Usage: signalbox [--help | --version]

It serves the page and the WebSocket on one port until it gets SIGTERM or SIGINT.
Settings are environment variables:

${settings.join('\n')}
`
}
