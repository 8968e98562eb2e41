import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv, type SchemaObject } from 'ajv'
import Fastify from 'fastify'
import t from 'tap'
import { type AsyncApi, asyncApi, clientMessages, closeCodes, serverMessages } from '../../schemas/index.js'
import { signalbox } from '../../src/index.js'
import { startService } from '../helper.js'

const formatFile = createRequire(import.meta.url).resolve('@asyncapi/specs/schemas/3.0.0-without-$id.json')
const packageFile = new URL('../../../package.json', import.meta.url)

t.test('what is served is a valid AsyncAPI 3 document, of all messages in both directions', async (t) => {
  const { app } = await startService(t)
  const reply = await app.inject('/asyncapi.json')
  t.equal(reply.statusCode, 200)
  t.match(reply.headers, { 'content-type': /^application\/json/, 'access-control-allow-origin': '*' })
  const document: AsyncApi = reply.json()
  const ajv = new Ajv({ strict: false, logger: false, validateFormats: false })
  const isValid = ajv.compile<AsyncApi>(JSON.parse(readFileSync(formatFile, 'utf8')))
  t.ok(isValid(document), JSON.stringify(isValid.errors?.slice(0, 3)))
  t.notOk(isValid({ ...document, operations: { hear: { channel: document.operations.hear.channel } } }), 'it can fail')
  t.equal(document.info.version, JSON.parse(readFileSync(packageFile, 'utf8')).version)
  t.strictSame(
    Object.keys(document.components.messages).sort(),
    [
      ...Object.keys(clientMessages).map((type) => `client.${type}`),
      ...Object.keys(serverMessages).map((type) => `server.${type}`),
    ].sort(),
  )
  t.strictSame(document['x-close-codes'], JSON.parse(JSON.stringify(closeCodes)))
})

t.test('each reference leads somewhere, and each schema is one that takes what the protocol has', async (t) => {
  const document = asyncApi('1.0.0')
  const at = (reference: string): unknown =>
    reference
      .slice(2)
      .split('/')
      .reduce<unknown>((node, name) => (node instanceof Object ? Reflect.get(node, name) : undefined), document)
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
    ([, reference]) => reference ?? '',
  )
  t.ok(references.length > Object.keys(document.components.messages).length)
  for (const reference of references) t.type(at(reference), 'object', reference)

  const ajv = new Ajv({ strict: false })
  const takes = (id: string, message: object): boolean => {
    const payload: SchemaObject = { ...document.components.messages[id]?.payload }
    return ajv.validate(payload, message)
  }
  t.ok(takes('client.offer', { type: 'offer', sdp: 'v=0' }))
  t.notOk(takes('client.offer', { type: 'offer', to: 7 }))
  t.ok(takes('server.left', { type: 'left' }))
  t.notOk(takes('server.joined', { type: 'joined' }))
  for (const id of Object.keys(document.components.messages)) t.notOk(takes(id, { type: 'nonsense' }), id)
})

t.test('it is below the prefix, where the service is part of an application, also without the page', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(signalbox, { prefix: '/calls', page: false })
  t.equal((await app.inject('/calls/asyncapi.json')).statusCode, 200)
  t.equal((await app.inject('/asyncapi.json')).statusCode, 404)
})
