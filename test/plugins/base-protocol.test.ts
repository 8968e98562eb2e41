import t from 'tap'
import { Client, startService, unhurried } from '../helper.js'
import { maskedFrame, RawClient } from '../raw-client.js'

const room = '1001'

t.test('join is answered by joined with the number of others there', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.connect(t, url)
  ada.send({ type: 'join', roomId: room })
  t.match(await ada.next('joined'), { roomId: room, peers: 0, members: [], capacity: 2 })

  const bo = await Client.connect(t, url)
  bo.send({ type: 'join', roomId: room })
  t.match(await bo.next('joined'), { roomId: room, peers: 1 })
})

t.test('the protocol is spoken at / and at /ws', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.join(t, `${url}/`, room)
  const bo = await Client.join(t, `${url}/ws`, room)
  t.match(await bo.next('ready'), { isInitiator: true, peerId: ada.peerId })
  t.match(await ada.next('ready'), { isInitiator: false, peerId: bo.peerId })
})

t.test('a room id is its text without the white space around it', async (t) => {
  const { url } = await startService(t)
  await Client.join(t, url, room)
  for (const roomId of [1001, ' 1001 ', '\t1001\n']) {
    const other = await Client.connect(t, url)
    other.send({ type: 'join', roomId })
    t.match(await other.next('joined'), { roomId: room, peers: 1 })
    other.socket.close()
    await other.closed
  }
})

t.test('a join without a room is refused with the text of the base protocol, and changes nothing', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.join(t, url, room)
  const bo = await Client.join(t, url, room)
  await ada.next('ready')
  for (const roomId of [undefined, null, '', '   ']) {
    bo.send({ type: 'join', roomId, id: 'q' })
    await bo.settle()
  }
  t.equal((await bo.next('ready')).isInitiator, true)
  const refusals = await bo.rest()
  t.equal(refusals.length, 4)
  for (const refusal of refusals) {
    t.strictSame(refusal, { type: 'error', code: 'room-id-required', message: 'roomId is required', id: 'q' })
  }
  t.strictSame(await ada.rest(), [], 'nobody is told of it')
})

t.test('the third in a room of two is told that it is full, and is in no room', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.join(t, url, room)
  await Client.join(t, url, room)
  await ada.next('ready')
  const cy = await Client.connect(t, url)
  cy.send({ type: 'join', roomId: room })
  t.strictSame(await cy.next('full'), { type: 'full', roomId: room })
  cy.send({ type: 'offer', sdp: 'v=0' })
  t.match(await cy.next('error'), { code: 'not-joined', message: 'join a room first' })
  t.strictSame(await ada.rest(), [])
})

t.test('offer, answer and ice reach the other with every property they came with', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.join(t, url, room)
  const bo = await Client.join(t, url, room)
  await ada.next('ready')
  await bo.next('ready')
  const offer = {
    type: 'offer',
    sdp: { type: 'offer', sdp: 'v=0\r\n' },
    extra: [1, { to: 'x', from: 'y' }],
    ключ: '值',
  }
  bo.send(offer)
  t.strictSame(await ada.next('offer'), { ...offer, from: bo.peerId })
  const answer = { type: 'answer', sdp: 'v=0\r\n"\\' }
  ada.send(answer)
  t.strictSame(await bo.next('answer'), { ...answer, from: ada.peerId })
  const ice = { type: 'ice', candidate: null, constructor: 1, toString: 2 }
  ada.send(ice)
  t.strictSame(await bo.next('ice'), { ...ice, from: ada.peerId })
})

t.test('a relayed frame is passed on byte for byte', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.join(t, url, room)
  const bo = await Client.join(t, url, room)
  await ada.next('ready')
  bo.send('{ "sdp" : "\\ud800 \\u00e9 é" ,"n":1.0e2,"type":"offer", "big":12345678901234567890 }')
  t.equal(
    await ada.nextFrame(),
    `{"from":"${bo.peerId}", "sdp" : "\\ud800 \\u00e9 é" ,"n":1.0e2,"type":"offer", "big":12345678901234567890 }`,
  )
})

t.test('from is the word of the server, and to does not reach the addressee', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.join(t, url, room)
  const bo = await Client.join(t, url, room)
  await ada.next('ready')
  bo.send(`{"type":"ice","from":"${ada.peerId}","fr\\u006fm":"me","to":"${ada.peerId}","a":{"to":1}}`)
  t.equal(await ada.nextFrame(), `{"from":"${bo.peerId}","type":"ice","a":{"to":1}}`)
})

t.test('what one sends arrives in order', async (t) => {
  const { url } = await startService(t, unhurried)
  const ada = await Client.connect(t, url)
  const bo = await Client.join(t, url, room)
  ada.send({ type: 'join', roomId: room })
  for (let n = 0; n < 500; n += 1) ada.send({ type: 'ice', n })
  ada.send({ type: 'leave' })
  await bo.next('ready')
  for (let n = 0; n < 500; n += 1) t.match(await bo.next('ice'), { n })
  await bo.next('peer-left')
})

t.test('a message to nobody is no error', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.join(t, url, room)
  ada.send({ type: 'ice', candidate: {} })
  t.strictSame(await ada.rest(), [])
})

t.test('leave is answered by left, and the other gets peer-left', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.join(t, url, room)
  const bo = await Client.join(t, url, room)
  await ada.next('ready')
  await bo.next('ready')
  bo.send({ type: 'leave' })
  t.strictSame(await bo.next('left'), { type: 'left' })
  t.strictSame(await ada.next('peer-left'), { type: 'peer-left', peerId: bo.peerId, reason: 'left' })
  bo.send({ type: 'leave' })
  t.match(await bo.next('error'), { code: 'not-joined', message: 'join a room first' })
})

t.test('a socket that closes or breaks leaves', async (t) => {
  const { url } = await startService(t)
  for (const [end, reason] of [
    [(client: Client) => client.socket.close(), 'disconnected'],
    [(client: Client) => client.socket.close(1000), 'left'],
    [(client: Client) => client.socket.close(1001), 'disconnected'],
    [(client: Client) => client.socket.terminate(), 'disconnected'],
  ] as const) {
    const ada = await Client.join(t, url, room)
    const bo = await Client.join(t, url, room)
    await ada.next('ready')
    end(bo)
    t.match(await ada.next('peer-left'), { peerId: bo.peerId, reason })
    ada.socket.terminate()
    await ada.closed
  }
})

t.test('after a peer-left whoever joins next is the initiator', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.join(t, url, room)
  const bo = await Client.join(t, url, room)
  await ada.next('ready')
  await bo.next('ready')
  ada.send({ type: 'leave' })
  await ada.next('left')
  await bo.next('peer-left')
  ada.send({ type: 'join', roomId: room })
  t.match(await ada.next('joined'), { peers: 1, members: [{ peerId: bo.peerId }] })
  t.match(await ada.next('ready'), { isInitiator: true })
  t.match(await bo.next('ready'), { isInitiator: false })
})

t.test('join leaves the room one was in, even when the new one is full or the same', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.join(t, url, room)
  const bo = await Client.join(t, url, room)
  await ada.next('ready')
  await bo.next('ready')

  bo.send({ type: 'join', roomId: room })
  t.match(await ada.next('peer-left'), { peerId: bo.peerId, reason: 'left' })
  const { peerId } = await bo.next('joined')
  t.not(peerId, bo.peerId, 'a peerId is never used twice')
  t.match(await bo.next('ready'), { isInitiator: true })
  t.match(await ada.next('ready'), { peerId, isInitiator: false })

  await Client.join(t, url, 'other')
  await Client.join(t, url, 'other')
  bo.send({ type: 'join', roomId: 'other' })
  t.match(await ada.next('peer-left'), { peerId })
  await bo.next('full')
  bo.send({ type: 'leave' })
  t.match(await bo.next('error'), { code: 'not-joined' })
})

t.test('anything but join in no room is refused with the text of the base protocol', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.connect(t, url)
  for (const type of ['offer', 'answer', 'ice', 'leave', 'anything']) {
    ada.send({ type })
    t.strictSame(await ada.next('error'), { type: 'error', code: 'not-joined', message: 'join a room first' })
  }
})

t.test('a name is carried to the others, cleaned', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.join(t, url, room, { name: '  Ada\u202e \n\t Love\u200b\u2060\u061clace\u0007 ' })
  const bo = await Client.join(t, url, room, { name: ' \u0000\u200d\u2063\u00ad ' })
  t.match(await bo.next('ready'), { name: 'Ada Lovelace' })
  t.strictSame(await ada.next('ready'), { type: 'ready', isInitiator: false, peerId: bo.peerId })
  for (const name of ['👩\u200d🚀', 'می\u200cخواهم', '\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}']) {
    const roomId = `${name}`
    await Client.join(t, url, roomId, { name })
    t.match(await (await Client.join(t, url, roomId)).next('ready'), { name }, 'what joins signs stays')
  }
})

t.test('a room holds as many as its first joiner asked for, within the bound of the server', async (t) => {
  const { url } = await startService(t, { maxRoomCapacity: 3 })
  const ada = await Client.connect(t, url)
  ada.send({ type: 'join', roomId: room, capacity: 9 })
  const { peerId, capacity } = await ada.next('joined')
  t.equal(capacity, 3)
  const bo = await Client.join(t, url, room, { capacity: 2 })
  const cy = await Client.join(t, url, room)
  t.match(await cy.next('ready'), { peerId, isInitiator: true })
  t.match(await cy.next('ready'), { peerId: bo.peerId, isInitiator: true })
  const di = await Client.connect(t, url)
  di.send({ type: 'join', roomId: room })
  await di.next('full')
})

t.test('among several, to says who is meant; nobody else hears it, nor anybody in another room', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.join(t, url, room, { capacity: 3 })
  const bo = await Client.join(t, url, room)
  const cy = await Client.join(t, url, room)
  const stranger = await Client.join(t, url, 'elsewhere')
  await Promise.all([ada.rest(), bo.rest(), cy.rest()])

  cy.send({ type: 'offer', to: ada.peerId, sdp: 'x' })
  t.strictSame(await ada.next('offer'), { type: 'offer', sdp: 'x', from: cy.peerId })
  cy.send({ type: 'offer', sdp: 'x', id: 7 })
  t.match(await cy.next('error'), { code: 'to-required', id: 7 })
  for (const to of [stranger.peerId, cy.peerId, '', 'nobody', '__proto__']) {
    cy.send({ type: 'offer', to, sdp: 'x' })
    t.match(await cy.next('error'), { code: 'peer-not-found' })
  }
  t.strictSame([await ada.rest(), await bo.rest(), await stranger.rest()], [[], [], []])
})

t.test('an upgrade elsewhere is refused, a plain request for the WebSocket is told what it is', async (t) => {
  const { app, url } = await startService(t)
  await t.rejects(Client.connect(t, `${url}/nowhere`), { message: /404/ })
  t.match(await app.inject('/ws'), { statusCode: 426, headers: { upgrade: 'websocket' } })
})

t.test('a first frame that comes in one packet with the upgrade request is heard', async (t) => {
  const { url } = await startService(t)
  const client = await RawClient.connect(
    t,
    url,
    maskedFrame(0x81, [...Buffer.from(`{"type":"join","roomId":"${room}"}`)]),
  )
  t.match(await client.firstText(), /^\{"type":"joined","roomId":"1001"/)
})
