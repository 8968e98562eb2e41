import { parseArgs } from 'node:util'
import { Value } from '@sinclair/typebox/value'
import { maxTokenTtlSeconds, Role, type TokenRequest } from '../schemas/index.js'

/** Words that mean nothing here; the message is a sentence. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** What the process is to do. */
export type Command =
  | { readonly name: 'check' | 'help' | 'version' }
  /** `https`: with a certificate for development. */
  | { readonly name: 'serve'; readonly https: boolean }
  | { readonly name: 'token'; readonly request: TokenRequest }
  /** `url`: `ws:` or `wss:`. `only`: what to try; without it everything. `token`: for each join. */
  | { readonly name: 'conform'; readonly url: string; readonly only?: string; readonly token?: string }

/**
 * Reads what stands behind the name of the program.
 *
 * @throws UsageError
 */
export function readCommand(words: readonly string[]): Command {
  const [first, ...rest] = words
  if (first === undefined) return { name: 'serve', https: false }
  if (first === 'token') return readTokenCommand(rest)
  if (first === 'conform') return readConformCommand(rest)
  if (rest.length === 0 && first === '--https') return { name: 'serve', https: true }
  if (rest.length === 0 && first === 'check') return { name: 'check' }
  if (rest.length === 0 && ['-h', '--help'].includes(first)) return { name: 'help' }
  if (rest.length === 0 && ['-v', '--version'].includes(first)) return { name: 'version' }
  throw new UsageError(`${words.join(' ')} is not an option; see --help.`)
}

const tokenOptions = {
  room: { type: 'string' },
  name: { type: 'string' },
  role: { type: 'string' },
  ttl: { type: 'string' },
  subject: { type: 'string' },
  capacity: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

function readTokenCommand(words: string[]): Command {
  const { room, name, role, ttl, subject, capacity, help } = parse('token', () =>
    parseArgs({ args: words, options: tokenOptions }),
  ).values
  if (help === true) return { name: 'help' }
  if (room === undefined) throw new UsageError('token needs --room; see --help.')
  return {
    name: 'token',
    request: {
      room,
      ...(name !== undefined && { name }),
      ...(role !== undefined && { role: readRole(role) }),
      ...(ttl !== undefined && { ttlSeconds: readTtl(ttl) }),
      ...(subject !== undefined && { subject }),
      ...(capacity !== undefined && { capacity: readCapacity(capacity) }),
    },
  }
}

const conformOptions = {
  only: { type: 'string' },
  token: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

function readConformCommand(words: string[]): Command {
  const { values, positionals } = parse('conform', () =>
    parseArgs({ args: words, options: conformOptions, allowPositionals: true }),
  )
  if (values.help === true) return { name: 'help' }
  const [url, ...others] = positionals
  if (url === undefined || others.length > 0) throw new UsageError('conform needs one URL; see --help.')
  const { only, token } = values
  return {
    name: 'conform',
    url: readServerUrl(url),
    ...(only !== undefined && { only }),
    ...(token !== undefined && { token }),
  }
}

/** @param name  of the command, for the sentence about what is wrong */
function parse<Parsed>(name: string, read: () => Parsed): Parsed {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_'))) throw error
    // What follows the first sentence is advice about other ways to write it.
    const [sentence = ''] = error.message.split(/\.\s|\n/)
    throw new UsageError(`${name}: ${sentence}; see --help.`)
  }
}

const schemes = new Map([
  ['ws:', 'ws:'],
  ['wss:', 'wss:'],
  ['http:', 'ws:'],
  ['https:', 'wss:'],
])

function readServerUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const scheme = url && schemes.get(url.protocol)
  if (url === undefined || scheme === undefined)
    throw new UsageError(`conform needs a ws:, wss:, http: or https: URL, not ${JSON.stringify(text)}.`)
  url.protocol = scheme
  // A WebSocket has none (RFC 6455, section 3).
  url.hash = ''
  return url.href
}

function readRole(text: string): Role {
  if (Value.Check(Role, text)) return text
  throw new UsageError(`--role must be host or guest, not ${JSON.stringify(text)}.`)
}

const unitSeconds = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
])

function readTtl(text: string): number {
  const [, count, unit = ''] = /^([1-9]\d{0,8})([smhd])$/.exec(text) ?? []
  const seconds = Number(count) * (unitSeconds.get(unit) ?? Number.NaN)
  if (seconds <= maxTokenTtlSeconds) return seconds
  throw new UsageError(`--ttl must be like 30s, 15m, 1h or 7d, and at most 30d, not ${JSON.stringify(text)}.`)
}

function readCapacity(text: string): number {
  const capacity = /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0
  if (capacity >= 2) return capacity
  throw new UsageError(`--capacity must be a whole number of 2 or more, not ${JSON.stringify(text)}.`)
}
