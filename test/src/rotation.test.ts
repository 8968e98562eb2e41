import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import t from 'tap'
import { Client } from '../helper.js'
import { HttpServer } from '../plugins/access/http-server.js'
import { tokenBy } from '../plugins/access/token-kit.js'
import { start } from '../program.js'

const kinds = ['token', 'api', 'authorize', 'turn'] as const
type Kind = (typeof kinds)[number]

/** A secret of its own for each purpose, in two ages. */
function secretOf(kind: Kind, age: 'old' | 'new'): string {
  return `the-${age}-${kind}-secret-0123456789abcdefghij`
}

t.test('while secrets are changed the old ones are as good as the new; all of them come from files', async (t) => {
  const folder = t.testdir(
    Object.fromEntries(kinds.map((kind) => [kind, `${secretOf(kind, 'new')}\n${secretOf(kind, 'old')}\n`])),
  )
  const signed: boolean[] = []
  const authority = await HttpServer.start(t, async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString()
    const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = request.headers
    const signatureBy = (secret: string): string =>
      `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`
    // Whoever has but one of the two finds its own.
    for (const age of ['new', 'old'] as const)
      signed.push(
        String(signatures)
          .split(' ')
          .includes(signatureBy(secretOf('authorize', age))),
      )
    response.end('{}')
  })
  const { url } = await start(t, {
    SIGNALBOX_TOKEN_SECRETS_FILE: join(folder, 'token'),
    SIGNALBOX_API_KEYS_FILE: join(folder, 'api'),
    SIGNALBOX_AUTHORIZE_URL: authority.url,
    SIGNALBOX_AUTHORIZE_SECRETS_FILE: join(folder, 'authorize'),
    SIGNALBOX_TURN_URLS: 'turn:localhost:9',
    SIGNALBOX_TURN_SECRETS_FILE: join(folder, 'turn'),
    SIGNALBOX_TURN_CHECK_INTERVAL_MS: '0',
  })

  for (const age of ['old', 'new'] as const) {
    const response = await fetch(`${url.replace('ws', 'http')}/tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secretOf('api', age)}`, 'content-type': 'application/json' },
      body: '{"room":"1001"}',
    })
    t.equal(response.status, 201, `the ${age} key is known`)
    const { token } = (await response.json()) as { token: string }
    t.equal(decodeProtectedHeader(token).alg, 'HS256')
    await jwtVerify(token, Buffer.from(secretOf('token', 'new')))
    t.pass('what is made is signed with the new secret')

    const client = await Client.connect(t, `${url}/ws`)
    client.send({ type: 'join', roomId: '1001', token: await tokenBy(secretOf('token', age)) })
    const { iceServers = [] } = await client.next('joined')
    const { username = '', credential } = iceServers.find((server) => server.credential !== undefined) ?? {}
    const passwordBy = (secret: string): string => createHmac('sha1', secret).update(username).digest('base64')
    t.equal(credential, passwordBy(secretOf('turn', 'new')))
  }
  t.strictSame(signed, [true, true, true, true])

  const other = await Client.connect(t, `${url}/ws`)
  other.send({ type: 'join', roomId: '1001', token: await tokenBy(secretOf('api', 'new')) })
  t.match(await other.next('error'), { code: 'token-invalid' }, 'a secret is good for one purpose')
})
