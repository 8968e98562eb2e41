import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { readConfig, unknownVariables } from '../../src/config.js'

export const deployFolder = fileURLToPath(new URL('../../../deploy/', import.meta.url))

export const textOf = (file: string): string => readFileSync(`${deployFolder}${file}`, 'utf8')

/** What a YAML file in deploy/ says. Whether it has this shape is for a test to find out. */
export function yamlOf<T>(file: string): T {
  const content: T = parse(textOf(file), { merge: true })
  return content
}

export type Environment = Readonly<Record<string, string>>

/** What is wrong with an environment, as the service would say it. */
export function faultOf(environment: Environment): string | undefined {
  const unknown = unknownVariables(environment)
  if (unknown.length > 0) return `no settings: ${unknown}`
  try {
    readConfig(environment)
    return undefined
  } catch (error) {
    return String(error)
  }
}

/** Lines such as `NAME=value`. */
export function variablesOf(file: string): Environment {
  return Object.fromEntries(Array.from(textOf(file).matchAll(/^(\w+)=(.*)$/gm), ([, name, value]) => [name, value]))
}
