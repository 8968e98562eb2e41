import t, { type Test } from 'tap'
import type { Grant } from '../../plugins/access/grant.js'
import { Client, startService } from '../helper.js'
import { macOf, ResumingClient } from '../resuming-client.js'
import { seconds, secret, tokenBy } from './access/token-kit.js'

/** Whoever is called Ada is a host; everybody is known by the name. */
function authorize(_request: unknown, { name = '' }: { readonly name?: string }): Grant {
  return { role: name === 'Ada' ? 'host' : 'guest', ...(name !== '' && { subject: name }) }
}

const roomId = 'r'
const more = { capacity: 4, updates: true }

async function start(t: Test, options: object = {}): Promise<{ url: string; ada: Client & { peerId: string } }> {
  const { url } = await startService(t, { authorize, ...options })
  return { url, ada: await Client.join(t, url, roomId, { ...more, name: 'Ada' }) }
}

/** Somebody who asks to come in; what comes of it is read by the test. */
async function ask(t: Test, url: string, name: string, id?: string): Promise<Client> {
  const client = await Client.connect(t, url)
  client.send({ type: 'join', roomId, ...more, name, ...(id !== undefined && { id }) })
  return client
}

t.test('a host is told that it is one, and the others see it', async (t) => {
  const { url } = await startService(t, { authorize })
  const ada = await Client.connect(t, url)
  ada.send({ type: 'join', roomId, ...more, name: 'Ada' })
  t.match(await ada.next('joined'), { role: 'host' })
  const bo = await ask(t, url, 'Bo')
  const joined = await bo.next('joined')
  t.match(joined.members, [{ name: 'Ada', role: 'host' }])
  t.notOk('role' in joined || 'door' in joined, 'what is as ever is not said')
  t.match(await bo.next('ready'), { role: 'host' })
})

t.test('only a host may say who is in the room, whatever a client says of itself', async (t) => {
  const { url, ada } = await start(t)
  const mallory = await Client.join(t, url, roomId, { ...more, name: 'Mallory', role: 'host' })
  await ada.next('ready')
  await mallory.next('ready')
  for (const message of [
    { type: 'kick', peerId: ada.peerId },
    { type: 'lock' },
    { type: 'lock', knock: true },
    { type: 'unlock' },
    { type: 'admit', peerId: ada.peerId },
    { type: 'refuse', peerId: ada.peerId },
  ]) {
    mallory.send({ ...message, id: message.type })
    t.match(await mallory.next('error'), { code: 'host-required', id: message.type })
  }
  t.strictSame(await ada.rest(), [])
  for (const message of [{ type: 'kick' }, { type: 'kick', peerId: 7 }, { type: 'lock', knock: 'yes' }]) {
    ada.send(message)
    t.match(await ada.next('error'), { code: 'bad-message' })
  }
  const outside = await Client.connect(t, url)
  outside.send({ type: 'kick', peerId: ada.peerId })
  t.match(await outside.next('error'), { code: 'not-joined' })
})

t.test('who is kicked is closed with 4010, and does not come back, whatever it does', async (t) => {
  const { url, ada } = await start(t)
  const bo = await Client.join(t, url, roomId, { ...more, name: 'Bo' })
  const second = await Client.join(t, url, roomId, { ...more, name: 'Bo' })
  const cy = await Client.join(t, url, roomId, { ...more, name: 'Cy' })
  await cy.rest()
  ada.send({ type: 'kick', peerId: bo.peerId })
  t.match(await bo.closed, { code: 4010 })
  t.match(await second.closed, { code: 4010 }, 'nor does it stay by a second socket')
  t.match(await cy.next('peer-left'), { peerId: bo.peerId, reason: 'kicked' })
  t.match(await cy.next('peer-left'), { peerId: second.peerId, reason: 'kicked' })
  const again = await ask(t, url, 'Bo', 'x')
  t.match(await again.next('error'), { code: 'kicked', id: 'x' })
  ada.send({ type: 'kick', peerId: bo.peerId, id: 'k' })
  await ada.rest()
  ada.send({ type: 'kick', peerId: ada.peerId, id: 'self' })
  t.match(await ada.next('error'), { code: 'peer-not-found', id: 'self' })
  // Elsewhere it is nobody.
  again.send({ type: 'join', roomId: 'elsewhere', name: 'Bo' })
  await again.next('joined')
})

t.test('who is kicked while it is away finds neither its seat nor another one', async (t) => {
  const { url, ada } = await start(t)
  const bo = new ResumingClient(url, roomId, () => {})
  t.teardown(() => bo.socket?.terminate())
  await bo.join({ ...more, name: 'Bo' })
  await ada.next('ready')
  bo.terminate()
  ada.send({ type: 'kick', peerId: bo.peerId })
  t.match(await ada.next('peer-left'), { reason: 'kicked' })
  await bo.resume()
  t.equal(bo.lastError, 'resume-gone')
  const again = await ask(t, url, 'Bo')
  t.match(await again.next('error'), { code: 'kicked' })
})

t.test('who is kicked is known by its token, also where that does not say who it is', async (t) => {
  const { url } = await startService(t, { tokenSecrets: [secret] })
  const enter = async (claims: object): Promise<Client> => {
    const client = await Client.connect(t, url)
    client.send({
      type: 'join',
      roomId,
      ...more,
      token: await tokenBy(secret, { claims: { room: roomId, ...claims } }),
    })
    return client
  }
  const ada = await enter({ role: 'host', jti: 'ada' })
  await ada.next('joined')
  const exp = seconds() + 600
  for (const claims of [{ jti: 'link' }, { exp }]) {
    const bo = await enter(claims)
    const { peerId } = await bo.next('joined')
    ada.send({ type: 'kick', peerId })
    t.match(await bo.closed, { code: 4010 })
    t.match(await (await enter(claims)).next('error'), { code: 'kicked' })
  }
  await (await enter({ jti: 'another' })).next('joined')
})

t.test('nobody comes in by the seat of an accomplice', async (t) => {
  const { url, ada } = await start(t)
  const bo = new ResumingClient(url, roomId, () => {})
  t.teardown(() => bo.socket?.terminate())
  await bo.join({ ...more, name: 'Bo' })
  const mallory = await Client.join(t, url, roomId, { ...more, name: 'Mallory' })
  ada.send({ type: 'kick', peerId: mallory.peerId })
  await mallory.closed
  const { key = '' } = bo.session ?? {}
  const replace = (attempt: number): object => ({
    peerId: bo.peerId,
    attempt,
    mac: macOf(key, 'replace', roomId, bo.peerId, attempt),
  })
  const comeAs = async (name: string, attempt: number): Promise<Client> => {
    const client = await Client.connect(t, url)
    client.send({ type: 'join', roomId, ...more, name, replace: replace(attempt) })
    return client
  }
  t.match(await (await comeAs('Mallory', 1)).next('error'), { code: 'kicked' })
  ada.send({ type: 'lock' })
  t.match(await (await comeAs('Stranger', 2)).next('error'), { code: 'room-locked' })
  ada.send({ type: 'lock', knock: true })
  await ada.settle()
  await (await comeAs('Stranger', 3)).next('knocking')
  await (await comeAs('Bo', 4)).next('joined')
})

t.test('who breaks its socket, to stay connected to the others alone, is thrown out all the same', async (t) => {
  const { url, ada } = await start(t)
  const bo = await Client.join(t, url, roomId, { ...more, name: 'Bo' })
  const cy = await Client.join(t, url, roomId, { ...more, name: 'Cy' })
  bo.socket.terminate()
  await cy.next('ready')
  await cy.next('ready')
  t.match(await cy.next('peer-left'), { peerId: bo.peerId, reason: 'disconnected' })
  ada.send({ type: 'kick', peerId: bo.peerId })
  t.match(await cy.next('peer-left'), { peerId: bo.peerId, reason: 'kicked' })
  t.match(await (await ask(t, url, 'Bo')).next('error'), { code: 'kicked' })
})

t.test('who knocks takes no other seat meanwhile, and is pinged if it can tell', async (t) => {
  const { url, ada } = await start(t, { pingIntervalMs: 200, pongTimeoutMs: 300 })
  const held = new ResumingClient(url, 'elsewhere', () => {})
  await held.join({ name: 'Bo' })
  held.terminate()
  ada.send({ type: 'lock', knock: true })
  const bo = await Client.connect(t, url, { autoPong: false })
  bo.send({ type: 'join', roomId, ...more, name: 'Bo', resume: true })
  await bo.next('knocking')
  bo.send(held.resumeMessage(1))
  t.match(await bo.next('error'), { code: 'bad-message' })
  for (let pings = 0; pings < 3; pings += 1) {
    await bo.next('ping')
    bo.send({ type: 'pong' })
  }
  // Without an answer it does not wait any longer.
  await bo.closed
  for (;;) if ((await ada.nextFrame()).includes('knock-ended')) break
})

t.test('a locked room says so to guests, and takes hosts', async (t) => {
  const { url, ada } = await start(t)
  ada.send({ type: 'lock' })
  t.match(await ada.next('room-updated'), { door: 'locked' })
  const bo = await ask(t, url, 'Bo', 'b')
  t.match(await bo.next('error'), { code: 'room-locked', id: 'b' })
  bo.send({ type: 'join', roomId: 'elsewhere' })
  await bo.next('joined')
  const host = await ask(t, url, 'Ada')
  t.match(await host.next('joined'), { door: 'locked' })
  await ada.rest()
  ada.send({ type: 'unlock' })
  t.match(await ada.next('room-updated'), { door: 'open' })
  bo.send({ type: 'join', roomId, name: 'Bo' })
  await bo.next('joined')
})

t.test('who knocks waits outside: it hears and says nothing, until it is let in', async (t) => {
  const { url, ada } = await start(t)
  ada.send({ type: 'lock', knock: true })
  await ada.next('room-updated')
  const bo = await ask(t, url, 'Bo', 'b')
  t.strictSame(await bo.next('knocking'), { type: 'knocking', roomId })
  const { peerId } = await ada.next('knock')
  // A client that ignores the page.
  for (const message of [
    { type: 'offer', to: ada.peerId, sdp: 'x' },
    { type: 'ice', candidate: {} },
    { type: 'update', name: 'Boss' },
    { type: 'admit', peerId },
    { type: 'unlock' },
    { type: 'kick', peerId: ada.peerId },
  ]) {
    bo.send(message)
    t.match(await bo.next('error'), { code: 'not-joined' })
  }
  ada.send({ type: 'offer', to: peerId, sdp: 'x', id: 'o' })
  t.match(await ada.next('error'), { code: 'peer-not-found', id: 'o' })
  t.strictSame(await bo.rest(), [])
  ada.send({ type: 'admit', peerId })
  t.match(await bo.next('joined'), { peerId, door: 'knock', peers: 1 })
  t.match(await ada.next('ready'), { peerId, name: 'Bo' })
  t.match(await ada.next('knock-ended'), { peerId, reason: 'admitted' })
  await bo.next('ready')
  bo.send({ type: 'offer', sdp: 'hello' })
  t.match(await ada.next('offer'), { from: peerId, sdp: 'hello' })
})

t.test('who knocks can be refused, give it up, go elsewhere, or vanish; the host is told of each', async (t) => {
  const { url, ada } = await start(t)
  ada.send({ type: 'lock', knock: true })
  await ada.next('room-updated')
  const bo = await ask(t, url, 'Bo', 'b')
  await bo.next('knocking')
  const refused = await ada.next('knock')
  ada.send({ type: 'refuse', peerId: refused.peerId })
  t.match(await bo.next('error'), { code: 'knock-refused', id: 'b' })
  t.match(await ada.next('knock-ended'), { peerId: refused.peerId, reason: 'refused' })
  for (const end of [
    async (client: Client) => {
      client.send({ type: 'leave' })
      await client.next('left')
    },
    async (client: Client) => {
      client.send({ type: 'join', roomId: 'elsewhere' })
      await client.next('joined')
    },
    async (client: Client) => client.socket.terminate(),
  ]) {
    const guest = await ask(t, url, 'Cy')
    await guest.next('knocking')
    const { peerId } = await ada.next('knock')
    await end(guest)
    t.match(await ada.next('knock-ended'), { peerId, reason: 'gone' })
    ada.send({ type: 'admit', peerId })
    t.match(await ada.next('error'), { code: 'peer-not-found' })
  }
})

t.test('a waiting room from the beginning: guests wait for a host, also where nobody is yet', async (t) => {
  const { url } = await startService(t, { authorize, waitingRoom: true, joinTimeoutMs: 200 })
  const bo = await ask(t, url, 'Bo')
  await bo.next('knocking')
  // Longer than who does not ask for anything may stay.
  await new Promise((resolve) => setTimeout(resolve, 600))
  const ada = await Client.join(t, url, roomId, { ...more, name: 'Ada' })
  const { peerId } = await ada.next('knock')
  ada.send({ type: 'admit', peerId })
  await bo.next('joined')
})

t.test('what a waiting room, or a second of the same person, costs the base protocol: nothing', async (t) => {
  for (const duplicateIdentity of ['reject', 'replace'] as const) {
    const { url } = await startService(t, { duplicateIdentity })
    const [ada, bo] = [await Client.join(t, url, roomId), await Client.join(t, url, roomId)]
    t.match(await ada.next('ready'), { isInitiator: false })
    t.match(await bo.next('ready'), { isInitiator: true })
  }
})

t.test('a second of the same person is let in, takes the place of the first, or is refused', async (t) => {
  for (const duplicateIdentity of ['allow', 'replace', 'reject'] as const) {
    const { url } = await start(t, { duplicateIdentity })
    const bo = await Client.join(t, url, roomId, { ...more, name: 'Bo' })
    const again = await ask(t, url, 'Bo')
    if (duplicateIdentity === 'reject') t.match(await again.next('error'), { code: 'identity-taken' })
    else await again.next('joined')
    if (duplicateIdentity === 'replace') t.match(await bo.closed, { code: 4001 })
    else t.equal(bo.socket.readyState, 1)
  }
})

t.test('a name that is given cannot be changed, all else can', async (t) => {
  const { url } = await startService(t, { authorize: () => ({ name: 'Ada Lovelace' }) })
  const bo = await Client.join(t, url, roomId, { ...more, name: 'whatever' })
  const ada = await Client.join(t, url, roomId, { ...more, name: 'Queen' })
  t.match(await bo.next('ready'), { name: 'Ada Lovelace' })
  ada.send({ type: 'update', name: 'Queen', id: 'u' })
  await ada.next('ready')
  t.match(await ada.next('error'), { code: 'name-fixed', id: 'u' })
  ada.send({ type: 'update', metadata: { hand: 'up' } })
  t.match(await bo.next('peer-updated'), { name: 'Ada Lovelace', metadata: { hand: 'up' } })
})
