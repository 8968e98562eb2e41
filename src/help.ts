import type { TSchema } from '@sinclair/typebox'
import { Config, environmentName } from '../schemas/index.js'
import { describe, isFileToo } from './config.js'

/** What `--help` prints. */
export function helpText(version: string): string {
  const settings = Object.entries<TSchema>(Config.properties).map(
    ([key, schema]) =>
      `  ${environmentName(key)}${isFileToo(schema) ? '*' : ''}\n      ${schema.description} (${describe(schema)}; ${defaultOf(schema)})`,
  )
  return `signalbox ${version}: a signaling service for WebRTC, with a call page

Usage: signalbox [--help | --version]

It serves the page and the WebSocket on one port until it gets SIGTERM or SIGINT.
Settings are environment variables; one that is marked with * can also be in a file, named by the same variable with _FILE:

${settings.join('\n')}
`
}

function defaultOf(schema: TSchema): string {
  return schema.default === '' || Array.isArray(schema.default) ? 'none by default' : `default ${schema.default}`
}
