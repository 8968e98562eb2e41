import { TypeCompiler } from '@sinclair/typebox/compiler'
import { type ClientMessage, clientMessages, SignalingError } from '../../schemas/index.js'

/** A parsed frame of which only this is known: it is an object with a text in `type`. */
export type Envelope = { readonly type: string; readonly id?: unknown }

const checkers = new Map(Object.entries(clientMessages).map(([type, schema]) => [type, TypeCompiler.Compile(schema)]))

/**
 * Parses a text frame as far as its `type`.
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
  if (!isEnvelope(value)) throw new SignalingError('not-object')
  return value
}

/**
 * Checks a message against the schema of its type: one compiled checker, run once.
 *
 * @throws SignalingError `unknown-type`, `bad-message`
 */
export function validate(envelope: Envelope): ClientMessage {
  const checker = checkers.get(envelope.type)
  if (checker === undefined) throw new SignalingError('unknown-type')
  if (!checker.Check(envelope)) {
    const error = checker.Errors(envelope).First()
    throw new SignalingError('bad-message', error && `${error.path.slice(1)}: ${error.message}`)
  }
  return envelope as ClientMessage
}

function isEnvelope(value: unknown): value is Envelope {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.hasOwn(value, 'type') &&
    'type' in value &&
    typeof value.type === 'string'
  )
}
