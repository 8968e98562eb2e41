import { TypeCompiler } from '@sinclair/typebox/compiler'
import { type ClientMessage, clientMessages, SignalingError } from '../../schemas/index.js'
import { faultOfForm } from './bounds.js'
import { relayedTypes } from './outline.js'

/** A parsed frame of which only this is known: it is an object. */
export type Envelope = { readonly type?: unknown; readonly id?: unknown; readonly n?: unknown }

const checkers = new Map(Object.entries(clientMessages).map(([type, schema]) => [type, TypeCompiler.Compile(schema)]))

const relayed: ReadonlySet<string> = new Set(relayedTypes)

/**
 * Parses a text frame.
 *
 * @throws SignalingError `not-json`, `not-object`
 */
export function parseEnvelope(frame: Buffer): Envelope {
  let value: unknown
  try {
    value = JSON.parse(frame.toString())
  } catch {
    throw new SignalingError('not-json')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SignalingError('not-object')
  return value
}

/**
 * The type of message that somebody wants to send; not necessarily one that there is.
 *
 * @throws SignalingError `not-object`
 */
export function typeOf(envelope: Envelope): string {
  if (!Object.hasOwn(envelope, 'type') || typeof envelope.type !== 'string') throw new SignalingError('not-object')
  return envelope.type
}

/** Whether there is such a message. */
export function isKnownType(type: string): boolean {
  return checkers.has(type)
}

/**
 * Checks a message against the schema of its type: one compiled checker, run once.
 *
 * @throws SignalingError `unknown-type`, `bad-message`
 */
export function validate(envelope: Envelope, type: string): ClientMessage {
  const checker = checkers.get(type)
  if (checker === undefined) throw new SignalingError('unknown-type')
  const fault = faultOfForm(envelope, relayed.has(type))
  if (fault !== undefined) throw new SignalingError('bad-message', fault)
  if (!checker.Check(envelope)) {
    const error = checker.Errors(envelope).First()
    throw new SignalingError('bad-message', error && `${error.path.slice(1)}: ${error.message}`)
  }
  return envelope as ClientMessage
}
