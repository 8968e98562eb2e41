import cors from '@fastify/cors'
import helmet from '@fastify/helmet'
import jwt from '@fastify/jwt'
import fastifyWebsocket from '@fastify/websocket'
import Fastify from 'fastify'
import t from 'tap'
import { signalbox } from '../../src/index.js'
import { Client, listen, urlOf } from '../helper.js'

const origin = 'https://app.example'

t.test('in an app that has what most have: websocket, helmet, cors and jwt, and two of us', async (t) => {
  const host = Fastify()
  await host.register(fastifyWebsocket, { preClose: (done) => done() })
  await host.register(helmet)
  await host.register(cors, { origin })
  await host.register(jwt, { secret: 'the secret of the application, for its own tokens' })
  host.get('/own', async (request) => request.jwtVerify())
  host.get('/echo', { websocket: true }, (socket) => {
    socket.on('message', (data) => socket.send(`echo ${data}`))
  })
  await host.register(signalbox, {
    prefix: '/calls',
    // Who is signed in to the application may join, as what it says there.
    authorize: async (request, { roomId }) => {
      try {
        await request.jwtVerify()
      } catch {
        return null
      }
      return { role: roomId === Object(request.user).host ? 'host' : 'guest' }
    },
  })
  await host.register(signalbox, { prefix: '/other', page: false })
  await listen(t, host)
  const url = urlOf(host)
  const headers = { authorization: `Bearer ${host.jwt.sign({ host: 'tea' })}` }

  await t.test('who may join says the token of the application', async (t) => {
    const stranger = await Client.connect(t, `${url}/calls/ws`)
    stranger.send({ type: 'join', roomId: 'tea' })
    t.match(await stranger.next('error'), { code: 'access-denied' })
    for (const [roomId, role] of [
      ['tea', 'host'],
      ['milk', undefined],
    ] as const) {
      const ada = await Client.connect(t, `${url}/calls/ws`, { headers })
      ada.send({ type: 'join', roomId })
      t.equal((await ada.next('joined')).role, role, roomId)
    }
  })

  await t.test('everybody does what is theirs', async (t) => {
    t.match((await host.inject({ url: '/own', headers })).json(), { host: 'tea' })
    t.equal((await host.inject('/own')).statusCode, 401)
    const echo = await Client.connect(t, `${url}/echo`)
    echo.send('hello')
    t.equal(await echo.nextFrame(), 'echo hello')
    t.equal((await host.inject('/own')).headers['access-control-allow-origin'], origin)
    t.equal((await host.inject('/calls/asyncapi.json')).headers['access-control-allow-origin'], '*')
    const policyOf = async (address: string): Promise<unknown> =>
      (await host.inject(address)).headers['content-security-policy']
    t.match(await policyOf('/calls/'), /^default-src 'none'/, 'the call page has its own policy')
    t.match(await policyOf('/own'), /^default-src 'self'/)
    await Client.join(t, `${url}/other/ws`, 'tea')
  })

  await t.test('with the host all of it ends', async (t) => {
    const ada = await Client.connect(t, `${url}/calls/ws`, { headers })
    ada.send({ type: 'join', roomId: 'tea' })
    await ada.next('joined')
    await host.close()
    t.match(await ada.closed, { code: 1012 })
  })
})
