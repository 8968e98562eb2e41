import fc from 'fast-check'
import t from 'tap'
import { CallError } from '../../public/sdk/call-error.js'
import { codecOrder } from '../../public/sdk/codec-order.js'
import { decodeControlMessage, mediaState } from '../../public/sdk/control-channel.js'
import { decodeFrame } from '../../public/sdk/decode-message.js'
import { fingerprintsOf } from '../../public/sdk/fingerprints.js'
import { OwnProfile } from '../../public/sdk/own-profile.js'
import { FreshDescriptions, sdpVersionOf } from '../../public/sdk/sdp-version.js'

function decodeMessage(data: unknown) {
  const { message, error } = decodeFrame(data)
  if (error !== undefined) throw error
  return message
}

const sdp = (version: number | string, session = '42', more = '') =>
  `v=0\r\no=- ${session} ${version} IN IP4 0.0.0.0\r\n${more}`

t.test('a description that was overtaken or doubled is known by its version', async (t) => {
  const fresh = new FreshDescriptions()
  t.ok(fresh.admit(sdp(2)))
  t.notOk(fresh.admit(sdp(2)), 'doubled')
  t.ok(fresh.admit(sdp(2, '42', 'a=other\r\n')), 'another one, by a client that does not count')
  t.ok(fresh.admit(sdp(4)))
  t.notOk(fresh.admit(sdp(3)), 'overtaken')
  t.ok(fresh.admit(sdp(1, '43')), 'of another session')
  t.ok(fresh.admit('no line at all') && fresh.admit('no line at all'))
  // Firefox's are longer than a number of JavaScript is exact.
  const long = `o=mozilla 1234567890123456789 ${'9'.repeat(19)} IN IP4 0.0.0.0\r\n`
  t.strictSame(sdpVersionOf(long), { sessionId: '1234567890123456789', version: 9999999999999999999n })
})

t.test('of any sequence of versions only what is newer than all before is taken', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat(30), { maxLength: 50 }), (versions) => {
      const fresh = new FreshDescriptions()
      let newest = -1
      for (const version of versions) {
        if (fresh.admit(sdp(version)) !== version > newest) throw new Error(`${version} after ${newest}`)
        newest = Math.max(newest, version)
      }
    }),
  )
  t.pass('held')
})

t.test('the certificates of a description are named the same wherever they stand', async (t) => {
  const [one, two] = ['a=fingerprint:sha-256 0f:0d', 'a=fingerprint:SHA-512 AB:CD']
  t.equal(fingerprintsOf([one, 'm=audio', one, two].join('\r\n')), 'sha-256=0F:0D,sha-512=AB:CD')
  t.equal(fingerprintsOf([two, one].join('\n')), 'sha-256=0F:0D,sha-512=AB:CD')
  t.equal(fingerprintsOf('v=0'), '')
})

t.test('what a control channel says is read, and nothing else', async (t) => {
  t.strictSame(decodeControlMessage('{"type":"bye"}'), { type: 'bye' })
  t.strictSame(decodeControlMessage('{"type":"media","slots":{"mic":true,"camera":1,"extra":true}}'), {
    type: 'media',
    slots: mediaState((slot) => slot === 'mic'),
  })
  t.strictSame(decodeControlMessage('{"type":"want","heights":{"camera":180,"screen":-1,"mic":"x","other":9}}'), {
    type: 'want',
    heights: { camera: 180 },
  })
  t.strictSame(decodeControlMessage('{"type":"id","peerId":"p"}'), { type: 'id', peerId: 'p' })
  t.strictSame(decodeControlMessage('{"type":"signal","signal":{"type":"restart","gen":2,"from":"another"}}'), {
    type: 'signal',
    signal: { type: 'restart', from: '', gen: 2, rebuild: false },
  })
  for (const junk of [
    '{"type":"id"}',
    '{"type":"signal","signal":{"type":"keep","proof":"x"}}',
    '{"type":"signal","signal":[]}',
    undefined,
    new ArrayBuffer(2),
    '',
    '{',
    '[]',
    'null',
    '"bye"',
    '{"type":"media"}',
    '{"type":"want"}',
    '{}',
  ]) {
    t.equal(decodeControlMessage(junk), undefined)
  }
  fc.assert(
    fc.property(fc.json(), (json) => {
      decodeControlMessage(json)
    }),
  )
})

t.test('members, updates and signals are read with what they carry', async (t) => {
  const ready = {
    type: 'ready',
    isInitiator: true,
    peerId: 'p',
    name: 'Ada',
    metadata: { a: [1] },
    media: { mic: true },
  }
  t.strictSame(decodeMessage(JSON.stringify(ready)), {
    ...ready,
    media: { mic: true, camera: false, screen: false },
  })
  t.strictSame(decodeMessage('{"type":"peer-updated","peerId":"p","metadata":[1],"name":7}'), {
    type: 'peer-updated',
    peerId: 'p',
  })
  t.strictSame(decodeMessage('{"type":"ice","from":"p","gen":3,"candidate":null}'), {
    type: 'ice',
    from: 'p',
    gen: 3,
    candidate: null,
  })
  for (const gen of ['3', 1.5, null, {}]) {
    t.strictSame(decodeMessage(JSON.stringify({ type: 'restart', from: 'p', gen })), {
      type: 'restart',
      from: 'p',
      gen: undefined,
      rebuild: false,
    })
  }
  t.throws(() => decodeMessage('{"type":"restart"}'), { code: 'protocol' })
})

t.test('what the service refuses is told with its code', async (t) => {
  const error = CallError.ofService({ code: 'room-id-invalid', message: 'too long' })
  t.match(error, { code: 'rejected', serviceCode: 'room-id-invalid', message: 'too long', retryable: false })
  t.equal(new CallError('room-full').serviceCode, undefined)
  // What is over soon ends no call, and is tried again.
  for (const [serviceCode, code] of [
    ['too-many-joins', 'signaling-unreachable'],
    ['too-many-rooms', 'signaling-unreachable'],
    ['service-full', 'signaling-unreachable'],
    ['too-many-failures', 'access-unavailable'],
  ] as const) {
    t.match(CallError.ofService({ code: serviceCode, message: '' }), { code, serviceCode, retryable: true })
  }
})

t.test('codecs are put in order, and none is lost', async (t) => {
  const codecs = ['video/VP8', 'video/rtx', 'video/H264', 'video/AV1', 'video/VP9', 'video/red'].map((mimeType) => ({
    mimeType,
  }))
  t.strictSame(
    codecOrder(codecs, 'screen').map(({ mimeType }) => mimeType),
    ['video/VP9', 'video/AV1', 'video/VP8', 'video/rtx', 'video/H264', 'video/red'],
  )
  t.strictSame(
    codecOrder([...codecs].reverse(), 'camera').map(({ mimeType }) => mimeType),
    ['video/VP8', 'video/red', 'video/VP9', 'video/AV1', 'video/H264', 'video/rtx'],
  )
})

t.test('what one says of oneself: all of it on joining, only what changed afterwards', async (t) => {
  const own = new OwnProfile({ room: 'tea', name: 'Ada', metadata: { team: 'blue' }, capacity: 4 })
  const nothing = { mic: false, camera: false, screen: false }
  t.strictSame(own.join(), {
    type: 'join',
    roomId: 'tea',
    name: 'Ada',
    capacity: 4,
    metadata: { team: 'blue' },
    media: nothing,
    updates: true,
  })
  t.strictSame(own.update({ name: undefined }), { type: 'update', name: null, id: 1 })
  t.strictSame(own.update({ metadata: { team: 'red' } }), {
    type: 'update',
    metadata: { team: 'red' },
    id: 2,
  })
  t.strictSame(own.join(), {
    type: 'join',
    roomId: 'tea',
    capacity: 4,
    metadata: { team: 'red' },
    media: nothing,
    updates: true,
  })
  t.strictSame(own.updateAll(), {
    type: 'update',
    name: null,
    metadata: { team: 'red' },
    media: nothing,
    id: 3,
  })
  t.equal(own.takeBack('name', 1), undefined, 'a refusal of what was changed since')
  t.strictSame(own.takeBack('name', 3), { type: 'update', name: 'Ada', id: 4 }, 'what one came with')
  for (const metadata of [
    { big: 1n },
    new Proxy(
      {},
      {
        ownKeys: () => {
          throw new TypeError('no')
        },
      },
    ),
  ]) {
    t.throws(() => own.update({ metadata }), TypeError)
  }
  t.strictSame(own.metadata, { team: 'red' }, 'a refused change changes nothing')
  t.strictSame(own.mediaUpdate(), { type: 'update', media: nothing })
  t.strictSame(new OwnProfile({ room: '1' }).join(), { type: 'join', roomId: '1', media: nothing, updates: true })
})
