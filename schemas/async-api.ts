import type { TSchema } from '@sinclair/typebox'
import { clientMessages } from './client-messages.js'
import { closeCodes } from './close-codes.js'
import { serverMessages } from './server-messages.js'

interface Reference {
  readonly $ref: string
}

interface Message {
  readonly name: string
  readonly title: string
  readonly summary: string
  readonly contentType: 'application/json'
  readonly payload: object
}

interface Operation {
  readonly action: 'send' | 'receive'
  readonly channel: Reference
  readonly summary: string
  readonly messages: readonly Reference[]
}

/** The protocol in a form that tools read. */
export interface AsyncApi {
  readonly asyncapi: '3.0.0'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly defaultContentType: 'application/json'
  readonly channels: Readonly<Record<'signaling', object>>
  readonly operations: Readonly<Record<'hear' | 'tell', Operation>>
  readonly components: { readonly messages: Readonly<Record<string, Message>> }
  /** Every code that a socket is closed with, for which the format has no place of its own. */
  readonly 'x-close-codes': typeof closeCodes
}

/**
 * Describes the protocol as the schemas have it (AsyncAPI 3.0.0, from the side of the service: it receives what clients send).
 *
 * @param version  of the service that speaks it
 */
export function asyncApi(version: string): AsyncApi {
  const heard = messagesOf('client', clientMessages)
  const told = messagesOf('server', serverMessages)
  const channel = { $ref: '#/channels/signaling' }
  const all = [...heard.keys(), ...told.keys()]
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Signalbox',
      version,
      description: 'Brings WebRTC peers together: JSON text frames over one WebSocket.',
    },
    defaultContentType: 'application/json',
    channels: {
      signaling: {
        address: '/ws',
        description: 'Below the prefix, where the service is part of an application.',
        messages: Object.fromEntries(all.map((id) => [id, { $ref: `#/components/messages/${id}` }])),
        bindings: { ws: { method: 'GET', bindingVersion: '0.1.0' } },
      },
    },
    operations: {
      hear: {
        action: 'receive',
        channel,
        summary: 'What a client may send.',
        messages: [...heard.keys()].map(inChannel),
      },
      tell: {
        action: 'send',
        channel,
        summary: 'What a client is sent. It ignores a type, or a field, that it does not know.',
        messages: [...told.keys()].map(inChannel),
      },
    },
    components: { messages: Object.fromEntries([...heard, ...told]) },
    'x-close-codes': closeCodes,
  }
}

/** By the side, too: both have an `offer`, of different shapes. */
function messagesOf(side: 'client' | 'server', schemas: Readonly<Record<string, TSchema>>): Map<string, Message> {
  return new Map(
    Object.entries(schemas).map(([type, payload]) => [
      `${side}.${type}`,
      { name: type, title: type, summary: payload.description ?? '', contentType: 'application/json', payload },
    ]),
  )
}

function inChannel(id: string): Reference {
  return { $ref: `#/channels/signaling/messages/${id}` }
}
