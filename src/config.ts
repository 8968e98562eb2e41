import { readFileSync } from 'node:fs'
import type { TSchema } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { faultOfSettings } from '../plugins/ice-servers/ice-settings.js'
import { Config, defaultsOf, environmentName, shownValue } from '../schemas/index.js'
import { faultOfTransport } from './transport-settings.js'

/** A setting that cannot be used; the message is a sentence that names the variable. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the settings from environment variables; what is absent or empty has its default. A secret can also be in a file that
 * a variable of the same name with `_FILE` names.
 *
 * @throws ConfigError
 */
export function readConfig(environment: Environment): Config {
  const config: Record<string, unknown> = defaultsOf(Config)
  for (const [key, schema] of Object.entries<TSchema>(Config.properties)) {
    const name = environmentName(key)
    const text = textOf(environment, name, schema)
    if (text === '') continue
    const value = parse(text, schema)
    if (!Value.Check(schema, value)) {
      const given = isFileToo(schema) ? '' : `, not ${shownValue(text)}`
      throw new ConfigError(`${name} must be ${describe(schema)}${given}.`)
    }
    config[key] = value
  }
  const decoded = Value.Decode(Config, config)
  const fault = faultOfSettings(decoded, environmentName) ?? faultOfTransport(decoded, environmentName)
  if (fault !== undefined) throw new ConfigError(fault)
  return decoded
}

function textOf(environment: Environment, name: string, schema: TSchema): string {
  const text = environment[name]?.trim() ?? ''
  const path = isFileToo(schema) ? (environment[fileNameOf(name)]?.trim() ?? '') : ''
  if (path === '') return text
  if (text !== '') throw new ConfigError(`${name} and ${fileNameOf(name)} are both set.`)
  const content = read(path, name)
  // Without this a secret that was not written would be one that is not wanted.
  if (content === '') throw new ConfigError(`${fileNameOf(name)} names a file with nothing in it.`)
  return content
}

function read(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new ConfigError(`${fileNameOf(name)} cannot be read: ${reasonOf(error)}.`)
  }
}

/**
 * Why a file cannot be read, without its path: where a path should be somebody may have put the secret itself.
 */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/, \w+ '.*'$/s, '') : String(error)
}

/** The variable that names a file in which a setting is. */
export function fileNameOf(name: string): string {
  return `${name}_FILE`
}

/** Whether a setting can be in a file of its own; such a one is never shown. */
export function isFileToo(schema: TSchema): boolean {
  return isSecret(schema) || schema['isFileToo'] === true
}

function isSecret(schema: TSchema): boolean {
  return schema.type === 'array' && schema.items.isSecret === true
}

/** Variables that carry our prefix and are no setting: most likely misspelt, so they are worth a warning. */
export function unknownVariables(environment: Environment): string[] {
  const known = new Set(
    Object.entries<TSchema>(Config.properties).flatMap(([key, schema]) => {
      const name = environmentName(key)
      return isFileToo(schema) ? [name, fileNameOf(name)] : [name]
    }),
  )
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
  if (schema.type === 'array') return text.split(/[\s,]+/)
  return text
}

/** What a setting may be, in words: for `--help`, the documentation and the errors. */
export function describe(schema: TSchema): string {
  if (typeof schema['form'] === 'string') return schema['form']
  if (schema.type === 'integer') return `a whole number from ${schema.minimum} to ${schema.maximum}`
  if (schema.type === 'boolean') return 'true or false'
  if (Array.isArray(schema.anyOf)) return `one of ${schema.anyOf.map((option: TSchema) => option.const).join(', ')}`
  if (isSecret(schema)) return `texts of ${schema.items.minLength} characters or more, with commas between them`
  if (schema.type === 'array') return `addresses of this form, with commas between them: ${schema.items.pattern}`
  if (schema.pattern !== undefined) return 'an address of the Web'
  return 'a text'
}
