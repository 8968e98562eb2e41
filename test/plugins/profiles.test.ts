import t from 'tap'
import { Client, startService } from '../helper.js'

const room = '1001'
const metadata = { hand: true, tags: ['a', { b: null }], ключ: '值' }
const media = { mic: true, camera: false }

t.test('what a member says about itself is in joined and ready, on both sides', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.join(t, url, room, { name: 'Ada', metadata, media })
  const bo = await Client.connect(t, url)
  bo.send({ type: 'join', roomId: room, metadata: {}, media: {} })
  const member = { peerId: ada.peerId, name: 'Ada', metadata, media }
  const joined = await bo.next('joined')
  t.strictSame(joined.members, [member])
  t.strictSame(await bo.next('ready'), { type: 'ready', isInitiator: true, ...member })
  t.strictSame(await ada.next('ready'), {
    type: 'ready',
    isInitiator: false,
    peerId: joined.peerId,
    metadata: {},
    media: {},
  })
})

t.test('an update changes the fields it has, null takes one away, and the others get the whole', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.join(t, url, room, { capacity: 3, updates: true })
  const bo = await Client.join(t, url, room, { name: 'Bo', metadata, media, updates: true })
  const cy = await Client.join(t, url, room, { updates: true })
  await Promise.all([ada.rest(), bo.rest(), cy.rest()])
  const { peerId } = bo
  let profile: object = {}
  for (const [change, expected] of [
    [{ media: { screen: true } }, { name: 'Bo', metadata, media: { screen: true } }],
    [{ metadata: { n: 1 } }, { name: 'Bo', metadata: { n: 1 }, media: { screen: true } }],
    [
      { name: ' B\u0000ob ', media: null },
      { name: 'Bob', metadata: { n: 1 } },
    ],
    [{ name: '  ' }, { metadata: { n: 1 } }],
    [{}, { metadata: { n: 1 } }],
    [{ metadata: null, name: null, media: null }, {}],
    [
      { metadata, name: 'Bo' },
      { metadata, name: 'Bo' },
    ],
  ] as const) {
    bo.send({ type: 'update', ...change })
    profile = { type: 'peer-updated', peerId, ...expected }
    t.strictSame(await ada.next('peer-updated'), profile)
    t.strictSame(await cy.next('peer-updated'), profile)
  }
  t.strictSame(await bo.rest(), [], 'the sender is told nothing')
  cy.send({ type: 'leave' })
  await cy.next('left')
  const di = await Client.connect(t, url)
  di.send({ type: 'join', roomId: room })
  const { members } = await di.next('joined')
  t.strictSame(members, [{ peerId: ada.peerId }, { peerId, metadata, name: 'Bo' }], 'who comes later sees the present')
})

t.test('only what there is a meaning for is kept of media', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.join(t, url, room, { updates: true })
  const bo = await Client.join(t, url, room, { media: { mic: false, hologram: true, toString: 1 } })
  t.strictSame((await ada.next('ready')).media, { mic: false })
  bo.send('{"type":"update","media":{"screen":true,"x":{},"__proto__":{"camera":true}}}')
  t.strictSame((await ada.next('peer-updated')).media, { screen: true })
})

t.test('a refused update or join changes nothing', async (t) => {
  const { url } = await startService(t, { maxMalformedMessages: 1000 })
  const ada = await Client.join(t, url, room, { updates: true })
  const bo = await Client.join(t, url, room, { name: 'Bo', metadata, media })
  await Promise.all([ada.rest(), bo.rest()])
  const anywhere = [
    ['bad-message', '"media":{"mic":1}'],
    ['bad-message', '"media":[]'],
    ['bad-message', '"name":5'],
    ['name-invalid', `"name":"${'x'.repeat(65)}"`],
    ['metadata-invalid', '"metadata":[]'],
    ['metadata-invalid', '"metadata":"x"'],
    ['metadata-invalid', `"metadata":{"a":"${'x'.repeat(1017)}"}`],
    ['metadata-invalid', `"metadata":{"a":"${'é'.repeat(509)}"}`],
    ['metadata-invalid', `"metadata":${'{"a":'.repeat(8)}{}${'}'.repeat(8)}`],
    ['metadata-invalid', `"metadata":{"a":${'['.repeat(8)}${']'.repeat(8)}}`],
    ['metadata-invalid', `"metadata":{"a":${'['.repeat(32_000)}${']'.repeat(32_000)}}`],
    ['metadata-invalid', `"metadata":${'['.repeat(32_000)}${']'.repeat(32_000)}`],
    ['metadata-invalid', `"metadata":${'{"":'.repeat(13_000)}1${'}'.repeat(13_000)}`],
    ['bad-message', `"media":${'['.repeat(32_000)}${']'.repeat(32_000)}`],
    ['bad-message', `"media":{"mic":${'['.repeat(32_000)}${']'.repeat(32_000)}}`],
  ] as const
  const onlyAtJoin = [
    ['bad-message', '"updates":1'],
    ['metadata-invalid', '"metadata":null'],
    ['bad-message', '"media":null'],
    ['bad-message', '"name":null'],
  ] as const
  for (const [start, rows] of [
    ['"type":"update","name":"Eve"', anywhere],
    [`"type":"join","roomId":"${room}"`, [...anywhere, ...onlyAtJoin]],
  ] as const) {
    for (const [code, fields] of rows) {
      bo.send(`{${start},"id":1,${fields}}`)
      t.match(await bo.next('error'), { code, id: 1 }, `${start}: ${fields.slice(0, 40)}`)
    }
  }
  t.strictSame(await ada.rest(), [])
  bo.send({ type: 'update' })
  t.strictSame(await ada.next('peer-updated'), { type: 'peer-updated', peerId: bo.peerId, name: 'Bo', metadata, media })
})

t.test('metadata of just the bound passes, in bytes and in depth, whatever white space it was sent with', async (t) => {
  const { url } = await startService(t, { maxMetadataBytes: 100 })
  const ada = await Client.join(t, url, room, { updates: true })
  const bo = await Client.join(t, url, room)
  await ada.next('ready')
  await bo.next('ready')
  for (const text of [
    `{"a":"${'x'.repeat(92)}"}`,
    `{"a":"${'é'.repeat(46)}"}`,
    `{"a":${'['.repeat(7)}1${']'.repeat(7)}}`,
    `{${' '.repeat(2000)}}`,
  ]) {
    bo.send(`{"type":"update","metadata":${text}}`)
    t.strictSame((await ada.next('peer-updated')).metadata, JSON.parse(text))
  }
  bo.send({ type: 'update', metadata: { a: 'x'.repeat(93) } })
  t.match(await bo.next('error'), { code: 'metadata-invalid' })
})

t.test('keys of Object.prototype in metadata are keys as any other', async (t) => {
  const { url } = await startService(t)
  const own = '"metadata":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toJSON":1}'
  const ada = await Client.connect(t, url)
  ada.send(`{"type":"join","roomId":"${room}","updates":true,${own}}`)
  const { peerId } = await ada.next('joined')
  const bo = await Client.connect(t, url)
  bo.send(`{"type":"join","roomId":"${room}"}`)
  t.match(await bo.nextFrame(), `"members":[{"peerId":"${peerId}",${own}}]`)
  t.equal(await bo.nextFrame(), `{"type":"ready","isInitiator":true,"peerId":"${peerId}",${own}}`)
  const ready = await ada.next('ready')
  bo.send(`{"type":"update",${own}}`)
  t.equal(await ada.nextFrame(), `{"type":"peer-updated","peerId":"${ready.peerId}",${own}}`)
  t.notOk('polluted' in {})
})

t.test('an update from outside a room is refused like all else there', async (t) => {
  const { url } = await startService(t, { maxMalformedMessages: 0 })
  const ada = await Client.connect(t, url)
  ada.send({ type: 'update', name: 'Ada', id: 7 })
  t.strictSame(await ada.next('error'), { type: 'error', code: 'not-joined', message: 'join a room first', id: 7 })
})

t.test('an update comes after the ready of its sender, and none after its peer-left', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.join(t, url, room, { updates: true })
  const bo = await Client.connect(t, url)
  bo.send({ type: 'join', roomId: room })
  for (let n = 0; n < 50; n += 1) bo.send({ type: 'update', metadata: { n } })
  bo.send({ type: 'leave' })
  bo.send({ type: 'update', name: 'Ghost' })
  await ada.next('ready')
  for (let n = 0; n < 50; n += 1) t.strictSame((await ada.next('peer-updated')).metadata, { n })
  await ada.next('peer-left')
  t.strictSame(await ada.rest(), [])
})

t.test('who asks for updates in one join and not in the next gets none any more', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.join(t, url, 'elsewhere', { updates: true })
  const bo = await Client.join(t, url, room)
  ada.send({ type: 'join', roomId: room })
  await ada.next('joined')
  await ada.next('ready')
  bo.send({ type: 'update', name: 'Bo' })
  await bo.settle()
  t.strictSame(await ada.rest(), [])
})

t.test('a client of the base protocol is told nothing new, byte for byte', async (t) => {
  const { url } = await startService(t)
  const [ada, bo] = [await Client.connect(t, url), await Client.connect(t, url)]
  ada.send({ type: 'join', roomId: room })
  const [, adaId = ''] = /"peerId":"([^"]+)"/.exec(await ada.nextFrame()) ?? []
  bo.send({ type: 'join', roomId: room })
  const joined = await bo.nextFrame()
  const [, boId = ''] = /"peerId":"([^"]+)"/.exec(joined) ?? []
  t.equal(
    joined,
    `{"type":"joined","roomId":"1001","peers":1,"peerId":"${boId}","members":[{"peerId":"${adaId}"}],"capacity":2}`,
  )
  t.equal(await bo.nextFrame(), `{"type":"ready","isInitiator":true,"peerId":"${adaId}"}`)
  t.equal(await ada.nextFrame(), `{"type":"ready","isInitiator":false,"peerId":"${boId}"}`)
  bo.send('{"type":"offer","sdp":"v=0"}')
  t.equal(await ada.nextFrame(), `{"from":"${boId}","type":"offer","sdp":"v=0"}`)
  bo.send({ type: 'update', name: 'Bo', metadata, media })
  bo.send({ type: 'leave' })
  t.equal(await bo.nextFrame(), '{"type":"left"}')
  t.equal(await ada.nextFrame(), `{"type":"peer-left","peerId":"${boId}","reason":"left"}`)
})

t.test('restart is relayed as ice is: byte for byte, to the one who is meant', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.join(t, url, room, { capacity: 3 })
  const bo = await Client.join(t, url, room)
  await ada.next('ready')
  await bo.next('ready')
  bo.send('{ "rebuild" : true, "gen":2.0, "type":"restart","to":"nobody"}')
  t.match(await bo.next('error'), { code: 'peer-not-found' })
  bo.send(`{"from":"x", "rebuild" : true, "to":"${ada.peerId}","gen":2.0,"type":"restart"}`)
  t.equal(await ada.nextFrame(), `{"from":"${bo.peerId}","rebuild" : true,"gen":2.0,"type":"restart"}`)
  await Client.join(t, url, room)
  await bo.next('ready')
  bo.send({ type: 'restart', id: 'q' })
  t.match(await bo.next('error'), { code: 'to-required', id: 'q' })
})
