import t from 'tap'
import type { ServerMessage } from '../../schemas/index.js'
import { Client, startService } from '../helper.js'
import { ResumingClient } from '../resuming-client.js'
import { room, secret, tokenBy } from './access/token-kit.js'

const turn = {
  turnUrls: ['turn:turn.example.org:3478?transport=udp'],
  turnSecrets: ['a secret between coturn and the service'],
  turnCheckIntervalMs: 0,
}

t.test('joined says which servers there are, where there are any', async (t) => {
  const bare = await startService(t)
  const ada = await Client.connect(t, bare.url)
  ada.send({ type: 'join', roomId: 'r' })
  t.notOk('iceServers' in (await ada.next('joined')))
  const { url } = await startService(t, { ...turn, stunUrls: ['stun:stun.example.org'] })
  const bo = await Client.connect(t, url)
  bo.send({ type: 'join', roomId: 'r' })
  t.match(await bo.next('joined'), {
    iceServers: [{ urls: ['stun:stun.example.org'] }, { urls: turn.turnUrls, username: /^\d+:/, credential: /./ }],
    ttlMs: 600_000,
  })
})

t.test('a member asks for fresh ones; within ten seconds the same ones come', async (t) => {
  const { url } = await startService(t, turn)
  const ada = await Client.connect(t, url)
  ada.send({ type: 'join', roomId: 'r' })
  const { iceServers } = await ada.next('joined')
  ada.send({ type: 'ice-servers' })
  t.strictSame((await ada.next('ice-servers')).iceServers, iceServers)
})

t.test('who might join asks what it would get, and is in no room for that', async (t) => {
  const { app, url } = await startService(t, { ...turn, tokenSecrets: [secret] })
  const ada = await Client.connect(t, url)
  for (const [fields, code] of [
    [{}, 'room-id-required'],
    [{ roomId: room }, 'token-required'],
    [{ roomId: room, token: 'made up' }, 'token-invalid'],
    [{ roomId: 'another', token: await tokenBy(secret) }, 'token-wrong-room'],
    [{ roomId: {} }, 'bad-message'],
  ] as const) {
    ada.send({ type: 'ice-servers', id: 'i', ...fields })
    t.match(await ada.next('error'), { code, id: 'i' })
  }
  ada.send({ type: 'ice-servers', roomId: room, token: await tokenBy(secret) })
  t.match(await ada.next('ice-servers'), { iceServers: [{ urls: turn.turnUrls }], ttlMs: 600_000 })
  ada.send({ type: 'offer', sdp: 'x' })
  t.match(await ada.next('error'), { code: 'not-joined' })
  t.equal(app.server.listening, true)
})

t.test('who can resume gets others before they run out, and after it has come back; nobody else does', async (t) => {
  let count = 0
  const iceServers = (): object => {
    count += 1
    return {
      iceServers: [{ urls: ['turn:turn.example.org'], username: `user ${count}`, credential: 'secret' }],
      ttlMs: 10_000,
    }
  }
  const { url } = await startService(t, { iceServers, maxReplayMessages: 2 } as object)
  const plain = await Client.join(t, url, 'r', { updates: true })
  const told: ServerMessage[] = []
  let wake = (): void => {}
  const ada = new ResumingClient(url, 'r', (message) => {
    told.push(message)
    wake()
  })
  t.teardown(() => ada.socket?.terminate())
  const users = (): unknown[] =>
    told.flatMap((message) => (message.type === 'ice-servers' ? [message.iceServers[0]?.username] : []))
  const comes = async (times: number): Promise<void> => {
    while (users().length < times) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  await ada.join()
  await comes(1)
  t.strictSame(users(), ['user 3'], 'in less than ten seconds')
  ada.terminate()
  await ada.resume()
  await comes(2)
  t.equal(ada.resyncs, 0)
  ada.terminate()
  for (let k = 0; k < 5; k += 1) plain.send({ type: 'offer', sdp: `${k}` })
  await plain.settle()
  await ada.resume()
  await comes(3)
  t.equal(ada.resyncs, 1)
  t.equal(new Set(users()).size, 3)
  t.strictSame(
    (await plain.rest()).filter(({ type }) => type === 'ice-servers'),
    [],
  )
  t.strictSame(ada.faults, [])
})
