import type { InjectOptions } from 'fastify'
import t from 'tap'
import { Client, startService } from '../helper.js'

const key = 'an admin key of 32 characters or more'
const apiKey = 'a key to make tokens, of 32 characters'
const authorization = `Bearer ${key}`

t.test('who has an admin key sees the rooms, and has them under control', async (t) => {
  const { app, url } = await startService(t, { adminKeys: [key] })
  const ask = async (method: 'GET' | 'POST' | 'DELETE', path: string, payload?: object) => {
    const options: InjectOptions = { method, url: `/admin/rooms${path}`, headers: { authorization } }
    const reply = await app.inject(payload === undefined ? options : { ...options, payload })
    t.equal(reply.headers['cache-control'], 'no-store', path)
    return reply
  }
  const ada = await Client.join(t, url, 'a/b c', { name: 'Ada', updates: true, capacity: 3 })
  const bo = await Client.join(t, url, 'a/b c', { capacity: 3 })
  await ada.next('ready')
  const room = '/a%2Fb%20c'
  t.strictSame((await ask('GET', '')).json(), {
    rooms: [{ roomId: 'a/b c', door: 'open', capacity: 3, members: 2 }],
  })
  t.strictSame((await ask('GET', '?after=a%2Fb%20c&limit=5')).json(), { rooms: [] })
  t.match((await ask('GET', room)).json(), { members: [{ peerId: ada.peerId, name: 'Ada' }, { peerId: bo.peerId }] })
  t.equal((await ask('POST', `${room}/lock`, { knock: true })).statusCode, 204)
  t.match(await ada.next('room-updated'), { door: 'knock' })
  t.equal((await ask('POST', `${room}/lock`)).statusCode, 204)
  t.match(await ada.next('room-updated'), { door: 'locked' })
  t.equal((await ask('POST', `${room}/unlock`)).statusCode, 204)
  t.match(await ada.next('room-updated'), { door: 'open' })
  t.equal((await ask('POST', `${room}/announcements`, { text: 'Soon' })).statusCode, 204)
  t.match(await ada.next('announcement'), { text: 'Soon' })
  t.equal((await ask('DELETE', `${room}/members/${bo.peerId}`)).statusCode, 204)
  t.match(await bo.closed, { code: 4010 })
  t.equal((await ask('DELETE', room)).statusCode, 204)
  t.match(await ada.closed, { code: 4011 })

  for (const [method, path, payload, statusCode, code] of [
    ['GET', room, undefined, 404, 'SIGNALBOX_ERR_ROOM_NOT_FOUND'],
    ['DELETE', room, undefined, 404, 'SIGNALBOX_ERR_ROOM_NOT_FOUND'],
    ['GET', '?limit=x', undefined, 400, 'SIGNALBOX_ERR_BAD_REQUEST'],
    ['GET', '?offset=1', undefined, 400, 'SIGNALBOX_ERR_BAD_REQUEST'],
    ['POST', `${room}/lock`, { knock: 1 }, 400, 'SIGNALBOX_ERR_BAD_REQUEST'],
    ['POST', `${room}/announcements`, {}, 400, 'SIGNALBOX_ERR_BAD_REQUEST'],
    ['POST', `${room}/announcements`, undefined, 400, 'SIGNALBOX_ERR_BAD_REQUEST'],
    ['POST', `${room}/announcements`, [], 400, 'SIGNALBOX_ERR_BAD_REQUEST'],
  ] as const)
    t.match((await ask(method, path, payload)).json(), { statusCode, code }, `${method} ${path}`)
})

t.test('a body that is no JSON does nothing', async (t) => {
  const { app, url } = await startService(t, { adminKeys: [key] })
  const ada = await Client.join(t, url, '1001', { updates: true })
  for (const [type, payload, statusCode] of [
    ['application/json', '{"knock":tr', 400],
    ['text/plain', '{"knock":true}', 415],
  ] as const) {
    const headers = { authorization, 'content-type': type }
    const reply = await app.inject({ method: 'POST', url: '/admin/rooms/1001/lock', headers, payload })
    t.equal(reply.statusCode, statusCode)
  }
  t.strictSame(await ada.rest(), [])
})

t.test('nobody else does, nor is it there without a key', async (t) => {
  const settings = { tokenSecrets: ['a secret of 32 characters or more'], apiKeys: [apiKey] }
  const { app } = await startService(t, { ...settings, adminKeys: [key] })
  for (const wrong of [undefined, 'Bearer', `Bearer ${apiKey}`, `Bearer ${key}x`, key]) {
    const headers = wrong === undefined ? {} : { authorization: wrong }
    for (const [method, url] of [
      ['GET', '/admin/rooms'],
      ['DELETE', '/admin/rooms/x'],
      ['POST', '/admin/rooms/x/announcements'],
    ] as const) {
      const reply = await app.inject({ method, url, headers })
      t.match(reply, { statusCode: 401, headers: { 'www-authenticate': 'Bearer' } }, `${method} ${wrong}`)
    }
  }
  const closed = await startService(t, settings)
  t.equal((await closed.app.inject({ url: '/admin/rooms', headers: { authorization } })).statusCode, 404)
})

t.test('strangers are counted', async (t) => {
  const { app } = await startService(t, { adminKeys: [key], maxRequestsPerMinute: 2 })
  const statuses = []
  for (let k = 0; k < 3; k += 1) statuses.push((await app.inject('/admin/rooms')).statusCode)
  t.strictSame(statuses, [401, 401, 429])
  t.equal((await app.inject({ url: '/admin/rooms', headers: { authorization } })).statusCode, 200)
})
