import fp from 'fastify-plugin'
import { asyncApi } from '../schemas/index.js'

export interface ProtocolDocumentOptions {
  /** Of the service. */
  readonly version: string
}

/** The protocol for tools at `/asyncapi.json` (AsyncAPI 3). There is no secret in it, so pages of any origin may read it. */
export const protocolDocument = fp<ProtocolDocumentOptions>(
  async (app, { version }) => {
    // Made once: it is the same for all.
    const text = JSON.stringify(asyncApi(version))
    app.get('/asyncapi.json', { logLevel: 'warn' }, async (_request, reply) => {
      reply.headers({ 'content-type': 'application/json; charset=utf-8', 'access-control-allow-origin': '*' })
      return text
    })
  },
  { name: 'signalbox-protocol-document', fastify: '5.x' },
)
