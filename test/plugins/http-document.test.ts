import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import Fastify from 'fastify'
import t from 'tap'
import { httpOperations } from '../../schemas/index.js'
import { signalbox } from '../../src/index.js'
import { Client, listen, startService, urlOf } from '../helper.js'

const adminKey = 'an admin key of 32 characters or more'
const all = {
  adminKeys: [adminKey],
  apiKeys: ['a key to make tokens, of 32 characters'],
  tokenSecrets: ['a secret that tokens are signed with, here'],
  qualityReports: true,
}

interface Operation {
  readonly operationId: string
  readonly requestBody?: { readonly required: boolean }
  readonly security?: readonly Readonly<Record<string, unknown>>[]
  readonly responses: Readonly<Record<string, { readonly content?: { 'application/json': { schema: object } } }>>
}
type Document = { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> }

const operationsOf = ({ paths }: Document): Map<string, Operation> =>
  new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
    ),
  )

t.test('what is served is a valid OpenAPI document, of everything that can be asked for', async (t) => {
  const { app } = await startService(t, all)
  const reply = await app.inject('/openapi.json')
  t.match(reply.headers, { 'content-type': /^application\/json/, 'access-control-allow-origin': '*' })
  const document: Document = reply.json()
  const { valid, errors } = await new Validator().validate(document)
  t.ok(valid, JSON.stringify(errors))
  t.notOk((await new Validator().validate({ ...document, info: {} })).valid, 'it can fail')

  const operations = operationsOf(document)
  t.strictSame(
    Array.from(operations.values(), ({ operationId }) => operationId).sort(),
    Object.keys(httpOperations).sort(),
  )
  for (const [name, { operationId }] of Object.entries(httpOperations)) t.equal(operationId, name)
  t.strictSame(operations.get('POST /tokens')?.security, [{ apiKey: [] }])
  t.equal(operations.get('POST /tokens')?.requestBody?.required, true)
  t.equal(operations.get('POST /admin/rooms/{roomId}/lock')?.requestBody?.required, false)
  for (const [address, { security }] of operations)
    if (address.includes('/admin/')) t.strictSame(security, [{ adminKey: [] }], address)
})

t.test('only what is there is in it, with its prefix', async (t) => {
  const host = Fastify()
  await host.register(signalbox, { prefix: '/calls', page: false })
  const operations = operationsOf((await host.inject('/calls/openapi.json')).json())
  t.strictSame([...operations.keys()].sort(), [
    'GET /calls/healthz',
    'GET /calls/livez',
    'GET /calls/readyz',
    'POST /calls/leave',
  ])
  await host.close()
})

t.test('what is answered is what it says', async (t) => {
  const { app, url } = await startService(t, all)
  const operations = operationsOf((await app.inject('/openapi.json')).json())
  const ada = await Client.connect(t, url)
  const made = await app.inject({
    method: 'POST',
    url: '/tokens',
    headers: { authorization: `Bearer ${all.apiKeys[0]}` },
    payload: { room: 'tea', name: 'Ada' },
  })
  ada.send({ type: 'join', roomId: 'tea', token: made.json().token })
  await ada.next('joined')
  const ajv = new Ajv2020({ strict: false })
  const headers = { authorization: `Bearer ${adminKey}` }
  for (const [operation, reply] of [
    ['POST /tokens', made],
    ['GET /livez', await app.inject('/livez')],
    ['GET /readyz', await app.inject('/readyz')],
    ['POST /leave', await app.inject({ method: 'POST', url: '/leave', payload: {} })],
    ['POST /quality', await app.inject({ method: 'POST', url: '/quality', payload: {} })],
    ['GET /admin/rooms', await app.inject({ url: '/admin/rooms', headers })],
    ['GET /admin/rooms', await app.inject('/admin/rooms')],
    ['GET /admin/rooms/{roomId}', await app.inject({ url: '/admin/rooms/tea', headers })],
    ['GET /admin/rooms/{roomId}', await app.inject({ url: '/admin/rooms/nobody', headers })],
    [
      'POST /admin/rooms/{roomId}/lock',
      await app.inject({ method: 'POST', url: '/admin/rooms/tea/lock', headers, payload: { knock: 1 } }),
    ],
  ] as const) {
    const schema = operations.get(operation)?.responses[reply.statusCode]?.content?.['application/json'].schema
    if (schema === undefined) throw new Error(`${operation} says nothing of ${reply.statusCode}`)
    t.ok(ajv.validate(schema, reply.json()), `${operation} ${reply.statusCode}: ${ajv.errorsText()}`)
  }
})

t.test('in a host with a document of its own it is all in that, too', async (t) => {
  const host = Fastify()
  const { default: swagger } = await import('@fastify/swagger')
  await host.register(swagger, { openapi: { info: { title: 'Ours', version: '1.0.0' } } })
  await host.register(signalbox, { prefix: '/calls', page: false })
  await listen(t, host)
  const document: Document = JSON.parse(JSON.stringify(host.swagger()))
  t.ok(operationsOf(document).has('GET /calls/livez'))
  t.strictSame(
    [...operationsOf((await host.inject('/calls/openapi.json')).json()).keys()].sort()[0],
    'GET /calls/healthz',
  )
  t.equal((await fetch(`${urlOf(host).replace('ws', 'http')}/calls/livez`)).status, 200)
})
