import type { FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { Client, listen, urlOf } from '../helper.js'
import { moduleOf } from './example.js'

interface Example {
  buildApp(options: { people: object; sessionSecret: string }): Promise<FastifyInstance>
}

interface Accounts {
  People: new () => { add(person: object): Promise<void> }
}

const password = 'correct horse'

async function start(t: Test): Promise<{ url: string; app: FastifyInstance }> {
  const { People } = await moduleOf<Accounts>('embedded', 'people.js')
  const people = new People()
  await people.add({ id: 'ada', name: 'Ada', password, rooms: { blue: 'host', red: 'guest' } })
  await people.add({ id: 'bo', name: 'Bo', password: 'battery staple', rooms: { blue: 'guest' } })
  const { buildApp } = await moduleOf<Example>('embedded', 'app.js')
  const app = await buildApp({ people, sessionSecret: 'a secret of 32 characters or more' })
  await listen(t, app)
  return { app, url: urlOf(app) }
}

/** A browser as far as this goes: it sends the origin, and the cookie that it was given. */
class Visitor {
  readonly #url: string
  cookie = ''

  constructor(url: string) {
    this.#url = url
  }

  async ask(path: string, body?: object): Promise<{ status: number; body: string }> {
    const headers = { ...(this.cookie && { cookie: this.cookie }), 'content-type': 'application/json' }
    const post = body && { method: 'POST', body: JSON.stringify(body) }
    const reply = await fetch(`${this.#url.replace('ws', 'http')}${path}`, { headers, ...post })
    const [given] = reply.headers.getSetCookie()
    if (given !== undefined) this.cookie = given.replace(/;.*/, '')
    return { status: reply.status, body: await reply.text() }
  }

  connect(t: Test, origin = this.#url.replace('ws', 'http')): Promise<Client> {
    return Client.connect(t, `${this.#url}/calls/ws`, {
      origin,
      ...(this.cookie && { headers: { cookie: this.cookie } }),
    })
  }
}

const denied = { type: 'error', code: 'access-denied' }

t.test('who has signed in may join the rooms that are theirs, as who they are there', async (t) => {
  const { url } = await start(t)
  const ada = new Visitor(url)
  t.match(await ada.ask('/sign-in', { id: 'ada', password }), {
    status: 200,
    body: '{"name":"Ada","rooms":["blue","red"]}',
  })
  const bo = new Visitor(url)
  t.equal((await bo.ask('/sign-in', { id: 'bo', password: 'battery staple' })).status, 200)

  const adas = await ada.connect(t)
  adas.send({ type: 'join', roomId: 'blue', name: 'Eve' })
  t.match(await adas.next('joined'), { role: 'host' })
  const bos = await bo.connect(t)
  bos.send({ type: 'join', roomId: 'red' })
  t.match(await bos.next('error'), denied)
  bos.send({ type: 'join', roomId: 'blue' })
  t.match(await bos.next('joined'), { name: 'Bo', members: [{ name: 'Ada' }] })
  t.match(await adas.next('ready'), { name: 'Bo' })
})

t.test('nobody else may', async (t) => {
  const { url } = await start(t)
  const stranger = new Visitor(url)
  t.equal((await stranger.ask('/me')).status, 401)
  const socket = await stranger.connect(t)
  socket.send({ type: 'join', roomId: 'blue' })
  t.match(await socket.next('error'), denied)

  for (const body of [
    { id: 'ada', password: 'wrong' },
    { id: 'eve', password },
  ])
    t.equal((await stranger.ask('/sign-in', body)).status, 401)
  t.equal((await stranger.ask('/sign-in', { id: 'ada' })).status, 400)
  t.equal(stranger.cookie, '', 'and no session is kept for them')

  const ada = new Visitor(url)
  await ada.ask('/sign-in', { id: 'ada', password })
  await t.rejects(ada.connect(t, 'https://evil.example'), { message: /403/ })
  ada.cookie = ada.cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))
  const forged = await ada.connect(t)
  forged.send({ type: 'join', roomId: 'blue' })
  t.match(await forged.next('error'), denied)
})

t.test('who signs out comes in no more, over the socket that is open neither', async (t) => {
  const { url } = await start(t)
  const ada = new Visitor(url)
  await ada.ask('/sign-in', { id: 'ada', password })
  const socket = await ada.connect(t)
  socket.send({ type: 'join', roomId: 'red' })
  await socket.next('joined')
  const { cookie } = ada
  t.equal((await ada.ask('/sign-out', {})).status, 204)
  socket.send({ type: 'join', roomId: 'blue' })
  t.match(await socket.next('error'), denied)
  ada.cookie = cookie
  t.equal((await ada.ask('/me')).status, 401)
})

t.test('signing in gives another session, and guesses are few', async (t) => {
  const { url } = await start(t)
  const ada = new Visitor(url)
  await ada.ask('/sign-in', { id: 'ada', password })
  const before = ada.cookie
  await ada.ask('/sign-in', { id: 'ada', password })
  t.not(ada.cookie, before)
  const statuses = new Set<number>()
  for (let guess = 0; guess < 10; guess += 1)
    statuses.add((await new Visitor(url).ask('/sign-in', { id: 'ada', password: `${guess}` })).status)
  t.strictSame(statuses, new Set([401, 429]))
})

t.test('its page is served, and the call page under its prefix', async (t) => {
  const { app } = await start(t)
  for (const [path, part] of [
    ['/', 'id="sign-in"'],
    ['/main.js', '/sign-in'],
    ['/calls/', 'id="room"'],
  ] as const)
    t.match((await app.inject(path)).body, part, path)
})
