// Writes the tables in the documentation from the schemas: what stands between the marks is not written by hand.
// `npm run docs` writes, `node scripts/docs.mjs --check` only says whether something is out of date.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { turnFaults, turnWarnings } from '../dist/plugins/ice-servers/turn-faults.js'
import { callErrors } from '../dist/public/sdk/call-error.js'
import {
  AuthorizeRequest,
  Config,
  ConnectionQuality,
  clientMessages,
  closeCodes,
  environmentName,
  errorCodes,
  Grant,
  hostErrors,
  httpRefusals,
  logFields,
  MemberInfo,
  MetricsConfig,
  ProcessConfig,
  QualityReport,
  serverMessages,
  serviceMetrics,
  TlsConfig,
  TokenClaims,
  TokenReply,
  TokenRequest,
  WebhookEvent,
} from '../dist/schemas/index.js'
import { describe, isFileToo } from '../dist/src/config.js'
import { rows as conformanceRows } from '../dist/src/conformance/rows.js'
import { sdkReference } from './sdk-reference.mjs'

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const escaped = (text) => String(text).replaceAll('|', '\\|')
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(escaped).join(' | ')} |`).join('\n')

function typeOf(schema) {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``
  if (schema.anyOf)
    return schema.anyOf.every((option) => option.const !== undefined) && schema.anyOf.length > 4
      ? 'text'
      : schema.anyOf.map(typeOf).join(', ')
  if (schema.type === 'array') return `list of ${typeOf(schema.items)}`
  if (schema.properties)
    return `{${Object.keys(schema.properties)
      .map((name) => (schema.required?.includes(name) ? name : `${name}?`))
      .join(', ')}}`
  return (
    {
      string: 'text',
      integer: 'whole number',
      number: 'number',
      boolean: 'true or false',
      null: 'null',
      object: 'object',
    }[schema.type] ?? 'anything'
  )
}

function fields(schema, { isWithType = false } = {}) {
  const named = Object.entries(schema.properties).filter(([name]) => isWithType || name !== 'type')
  if (named.length === 0) return 'No fields.'
  const rows = named.map(([name, field]) => [
    `\`${name}\``,
    typeOf(field),
    schema.required?.includes(name) ? 'always' : 'optional',
    field.description ?? '',
  ])
  return table(['field', 'type', '', 'meaning'], rows)
}

function messages(schemas) {
  return Object.entries(schemas)
    .map(([type, schema]) => {
      const more = schema.additionalProperties ? '\n\nAny other property is allowed.' : ''
      return `### \`${type}\`\n\n${schema.description}\n\n${fields(schema)}${more}`
    })
    .join('\n\n')
}

const reference = sdkReference()

const advice = (kind, list) =>
  table(
    [kind, 'what is found', 'what to do'],
    Object.entries(list).map(([name, { what, remedy }]) => [`\`${name}\``, what, remedy]),
  )

/** What a plugin has from its host. The page is the one setting of the process that is an option, too. */
const isOfProcess = (key) =>
  key !== 'page' && [ProcessConfig, TlsConfig, MetricsConfig].some(({ properties }) => Object.hasOwn(properties, key))

const parts = {
  'client messages': () => messages(clientMessages),
  'server messages': () => messages(serverMessages),
  'token claims': () => fields(TokenClaims),
  'token request': () => fields(TokenRequest),
  'token reply': () => fields(TokenReply),
  'authorize request': () => fields(AuthorizeRequest),
  grant: () => fields(Grant),
  'quality report': () => fields(QualityReport),
  'connection quality': () => fields(ConnectionQuality),
  'member info': () => fields(MemberInfo),
  'webhook event': () => fields(WebhookEvent, { isWithType: true }),
  'webhook data': () => fields(WebhookEvent.properties.data),
  'host errors': () =>
    table(
      ['code', 'status', 'when'],
      Object.entries(hostErrors).map(([code, { statusCode, when }]) => [`\`${code}\``, statusCode, when]),
    ),
  errors: () =>
    table(
      ['code', 'when', 'the same again can succeed later', 'counts as malformed'],
      Object.entries(errorCodes).map(([code, { when, retry, malformed }]) => [
        `\`${code}\``,
        when,
        retry ? 'yes' : 'no',
        malformed ? 'yes' : 'no',
      ]),
    ),
  'http refusals': () =>
    table(
      ['status', 'code', 'when'],
      Object.entries(httpRefusals).map(([code, { statusCode, when }]) => [statusCode, `\`${code}\``, when]),
    ),
  'close codes': () =>
    table(
      ['code', 'when', 'come back by yourself'],
      Object.values(closeCodes).map(({ code, when, retry }) => [code, when, retry ? 'yes, with back-off' : 'no']),
    ),
  'conformance rows': () =>
    table(
      ['row', 'what holds', 'see'],
      conformanceRows.map(({ group, name, says, stands }) => [`\`${group}/${name}\``, says, stands]),
    ),
  'sdk errors': () =>
    table(
      ['code', 'meaning', 'trying again later can succeed'],
      Object.entries(callErrors).map(([code, { message, retryable }]) => [
        `\`${code}\``,
        message,
        retryable ? 'yes' : 'no',
      ]),
    ),
  'sdk reference': () => reference.markdown,
  'turn faults': () => advice('fault', turnFaults),
  'turn warnings': () => advice('warning', turnWarnings),
  'log fields': () =>
    table(
      ['field', 'what it says'],
      Object.entries(logFields).map(([name, meaning]) => [`\`${name}\``, meaning]),
    ),
  metrics: () =>
    table(
      ['metric', 'kind', 'labels', 'meaning'],
      Object.entries(serviceMetrics).map(([name, { type, labels = {}, help }]) => [
        `\`${name}\``,
        type,
        Object.entries(labels)
          .map(([label, values]) => `\`${label}\`: ${Array.isArray(values) ? values.join(', ') : values}`)
          .join('; '),
        help,
      ]),
    ),
  configuration: () =>
    table(
      ['variable', 'plugin option', 'default', 'meaning'],
      Object.entries(Config.properties).map(([key, schema]) => [
        `\`${environmentName(key)}\``,
        isOfProcess(key) ? '' : `\`${key}\``,
        schema.default === '' || Array.isArray(schema.default) ? '' : `\`${schema.default}\``,
        `${schema.description} (${describe(schema)}${isFileToo(schema) ? '; also in a file' : ''})`,
      ]),
    ),
}

let isCurrent = true
for (const file of [
  'README.md',
  'docs/access.md',
  'docs/operations.md',
  'docs/plugin.md',
  'docs/protocol.md',
  'docs/sdk.md',
  'docs/sdk-reference.md',
  'docs/turn.md',
]) {
  const text = readFileSync(at(file), 'utf8')
  const written = text.replace(
    /(<!-- generated: (.+?) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_all, start, name, end) => `${start}\n${parts[name]()}\n\n${end}`,
  )
  if (written === text) continue
  isCurrent = false
  if (process.argv.includes('--check')) process.stderr.write(`${file} is not as the schemas say; run: npm run docs\n`)
  else writeFileSync(at(file), written)
}
for (const name of reference.undocumented) {
  isCurrent = false
  process.stderr.write(`public/sdk: ${name} is exported, and has no docstring\n`)
}
if (process.argv.includes('--check') && !isCurrent) process.exitCode = 1
