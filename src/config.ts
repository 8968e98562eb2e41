import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { Config, defaultsOf, environmentName } from '../schemas/index.js'

/** A setting that cannot be used; the message is a sentence that names the variable. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the settings from environment variables; what is absent or empty has its default.
 *
 * @throws ConfigError
 */
export function readConfig(environment: Environment): Config {
  const config: Record<string, unknown> = defaultsOf(Config)
  for (const [key, schema] of Object.entries<TSchema>(Config.properties)) {
    const name = environmentName(key)
    const text = environment[name]?.trim()
    if (text === undefined || text === '') continue
    const value = parse(text, schema)
    if (!Value.Check(schema, value))
      throw new ConfigError(`${name} must be ${describe(schema)}, not ${JSON.stringify(text)}.`)
    config[key] = value
  }
  return Value.Decode(Config, config)
}

/** Variables that carry our prefix and are no setting: most likely misspelt, so they are worth a warning. */
export function unknownVariables(environment: Environment): string[] {
  const known = new Set(Object.keys(Config.properties).map(environmentName))
  return Object.entries(environment)
    .filter(([name, value]) => name.startsWith('SIGNALBOX_') && !known.has(name) && !isSetByKubernetes(name, value))
    .map(([name]) => name)
}

/** Kubernetes sets some in every pod beside a Service called `signalbox`; `SIGNALBOX_PORT=8080` is not one of them. */
function isSetByKubernetes(name: string, value = ''): boolean {
  if (name === 'SIGNALBOX_PORT') return /^(tcp|udp):/.test(value)
  return /^SIGNALBOX_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)$/.test(name)
}

function parse(text: string, schema: TSchema): unknown {
  if (schema.type === 'integer') return /^(0|-?[1-9]\d{0,14})$/.test(text) ? Number(text) : text
  if (schema.type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return text
}

/** What a setting may be, in words: for `--help`, the documentation and the errors. */
export function describe(schema: TSchema): string {
  if (schema.type === 'integer') return `a whole number from ${schema.minimum} to ${schema.maximum}`
  if (schema.type === 'boolean') return 'true or false'
  if (Array.isArray(schema.anyOf)) return `one of ${schema.anyOf.map((option: TSchema) => option.const).join(', ')}`
  return 'a text'
}
