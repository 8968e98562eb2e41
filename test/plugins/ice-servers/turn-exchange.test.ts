import t, { type Test } from 'tap'
import { type IceUrl, parseIceUrl } from '../../../plugins/ice-servers/ice-url.js'
import { type ConversationOptions, converse, type StunLink } from '../../../plugins/ice-servers/stun-link.js'
import {
  attributeTypes,
  encodeMessage,
  errorOf,
  findAttribute,
  longTermKey,
  methods,
} from '../../../plugins/ice-servers/stun-message.js'
import { mintCredential } from '../../../plugins/ice-servers/turn-credentials.js'
import { type Allocation, allocate, bind } from '../../../plugins/ice-servers/turn-exchange.js'
import type { TurnFault } from '../../../plugins/ice-servers/turn-faults.js'
import { startCoturn, turnSecret } from '../../coturn.js'
import { challenge, errorAnswer, keyFor, servant, startStub, successAnswer } from '../../turn-stub.js'

function at(url: string): IceUrl {
  const target = parseIceUrl(url)
  if (target === undefined) throw new Error(url)
  return target
}

const inMs = (ms: number, secret = turnSecret, user = 'ada') => mintCredential(secret, user, Date.now() + ms)

async function failsWith(t: Test, running: Promise<unknown>, fault: TurnFault, detail?: string): Promise<void> {
  const error = await running.then(
    () => undefined,
    (error: unknown) => error,
  )
  t.match(error, { fault, ...(detail !== undefined && { detail }) })
}

/** Does something with an allocation. */
function withAllocation<T>(
  url: string,
  action: (allocation: Allocation, link: StunLink) => Promise<T>,
  credential = inMs(60_000),
  options: ConversationOptions = {},
): Promise<T> {
  return converse(at(url), async (link) => action(await allocate(link, credential), link), options)
}

const relayed = async (allocation: Allocation) => allocation.relayed.address

t.test('coturn gives an allocation over UDP, TCP and TLS, and says how it sees us', async (t) => {
  const { urls, port, certificates } = await startCoturn(t)
  for (const url of Object.values(urls)) {
    const options = { authority: certificates.authority }
    t.equal(await withAllocation(url, relayed, inMs(60_000), options), '127.0.0.1', url)
  }
  t.match(await converse(at(`stun:127.0.0.1:${port}`), bind), { address: '127.0.0.1', port: Number })
})

t.test('an expired password, one of another secret, one for another realm: no allocation', async (t) => {
  const { urls } = await startCoturn(t)
  for (const url of [urls.udp, urls.tcp]) {
    for (const credential of [
      inMs(-1000),
      inMs(60_000, 'a secret that is another than that of coturn'),
      { ...inMs(60_000), username: 'ada' },
      { ...inMs(60_000), credential: '' },
    ])
      await failsWith(t, withAllocation(url, relayed, credential), 'wrong-secret')
  }
  const { username, credential } = inMs(60_000)
  const answer = await converse(at(urls.udp), async (link) => {
    const first = await link.request(methods.allocate, [])
    const attributes = [
      { type: attributeTypes.requestedTransport, value: Buffer.from([17, 0, 0, 0]) },
      { type: attributeTypes.username, value: Buffer.from(username) },
      { type: attributeTypes.realm, value: Buffer.from('foreign.test') },
      { type: attributeTypes.nonce, value: findAttribute(first, 'nonce') ?? Buffer.alloc(0) },
    ]
    return link.request(methods.allocate, attributes, { key: longTermKey(username, 'foreign.test', credential) })
  })
  t.equal(answer.class, 'error')
})

t.test('what is given back counts towards no quota', async (t) => {
  const { urls } = await startCoturn(t, { extra: ['--user-quota=1'] })
  await withAllocation(urls.udp, (allocation) => allocation.release())
  await failsWith(t, withAllocation(urls.tcp, relayed), 'quota')
  // Coturn takes a second, and without it ten minutes.
  await new Promise((resolve) => setTimeout(resolve, 1500))
  await withAllocation(urls.udp, async () => {
    await failsWith(t, withAllocation(urls.udp, relayed), 'quota')
    await failsWith(t, withAllocation(urls.udp, relayed, inMs(70_000)), 'quota')
    t.equal(await withAllocation(urls.udp, relayed, inMs(60_000, turnSecret, 'bo')), '127.0.0.1')
  })
})

t.test('a nonce that has run out is taken anew, once', async (t) => {
  const { urls } = await startCoturn(t, { extra: ['--stale-nonce=1'] })
  await withAllocation(urls.udp, async (allocation, link) => {
    const answers: (number | undefined)[] = []
    const request = link.request.bind(link)
    link.request = async (...args) => {
      const answer = await request(...args)
      answers.push(errorOf(answer)?.code)
      return answer
    }
    await new Promise((resolve) => setTimeout(resolve, 2500))
    await allocation.release()
    t.strictSame(answers, [438, undefined])
  })
  const stub = await startStub(t, (request) => challenge(request, findAttribute(request, 'nonce') ? 438 : 401))
  await failsWith(t, withAllocation(stub.url, relayed), 'stale-nonce')
})

/** How often each request came, and when, in milliseconds since the first. */
async function startDeaf(t: Test, answersTo: number) {
  const times: number[] = []
  const stub = await startStub(t, (request) => {
    times.push(performance.now())
    return times.length < answersTo ? undefined : errorAnswer(request, 500)
  })
  return { url: stub.url, times }
}

t.test('over UDP a request is sent again after half a second, then after twice as long', async (t) => {
  const { url, times } = await startDeaf(t, 3)
  await failsWith(t, withAllocation(url, relayed), 'error')
  const [first = 0, second = 0, third = 0] = times
  t.match([Math.round((second - first) / 100), Math.round((third - second) / 100)], [5, 10])
})

t.test('and for five seconds at most, four times in all', async (t) => {
  const { url, times } = await startDeaf(t, 100)
  const since = performance.now()
  await failsWith(t, withAllocation(url, relayed), 'unreachable')
  const tookMs = performance.now() - since
  t.ok(tookMs >= 4990 && tookMs < 5500, `${Math.round(tookMs)} ms`)
  t.equal(times.length, 4)
})

t.test('an answer that nobody with our password has signed is not believed', async (t) => {
  const wrongKey = Buffer.from('another key')
  let isForged = true
  const stub = await startStub(t, (request) => {
    if (findAttribute(request, 'username') === undefined) return challenge(request)
    const key = isForged ? wrongKey : keyFor(request, turnSecret)
    isForged = false
    return successAnswer(request, key)
  })
  t.equal(await withAllocation(stub.url, relayed), '127.0.0.1', 'the next one is')
  isForged = true
  await failsWith(t, withAllocation(stub.url, relayed, inMs(60_000), { timeoutMs: 300 }), 'no-turn')
})

t.test('nor is one to another question', async (t) => {
  const stub = await startStub(t, (request) =>
    encodeMessage({ ...request, class: 'success', method: methods.binding, attributes: [] }),
  )
  await failsWith(t, withAllocation(stub.url, relayed, inMs(60_000), { timeoutMs: 300 }), 'no-turn')
})

t.test('errors that TURN servers tell have their fault, and what they write cannot reach a terminal', async (t) => {
  for (const [code, fault] of [
    [300, 'alternate-server'],
    [400, 'no-turn'],
    [403, 'forbidden'],
    [420, 'no-turn'],
    [441, 'wrong-secret'],
    [486, 'quota'],
    [500, 'error'],
    [508, 'capacity'],
  ] as const) {
    const stub = await startStub(t, (request) => errorAnswer(request, code, 'red\u001b[31m\nand more\u0000'))
    await failsWith(t, withAllocation(stub.url, relayed), fault, `${code} red [31m and more`)
  }
  const bare = await startStub(t, (request) => encodeMessage({ ...request, class: 'error', attributes: [] }))
  await failsWith(t, withAllocation(bare.url, relayed), 'no-turn')
  const unnamed = await startStub(t, (request) => errorAnswer(request, 401))
  await failsWith(t, withAllocation(unnamed.url, relayed), 'no-turn')
})

t.test('an exchange ends at once when it is told to', async (t) => {
  const stub = await startStub(t, () => undefined)
  const ending = new AbortController()
  const running = withAllocation(stub.url, relayed, inMs(60_000), { signal: ending.signal })
  setTimeout(() => ending.abort(new Error('stopped')), 50)
  const since = performance.now()
  await t.rejects(running, { message: 'stopped' })
  t.ok(performance.now() - since < 1000)
  await t.rejects(withAllocation(stub.url, relayed, inMs(60_000), { signal: ending.signal }), { message: 'stopped' })
})

t.test('a server that wants no password is used without one', async (t) => {
  const stub = await startStub(t, (request) => successAnswer(request))
  t.ok(
    await withAllocation(stub.url, async (allocation) => {
      await allocation.permit('9.9.9.9')
      await allocation.release()
      return allocation.isOpen
    }),
  )
  const closed = await startStub(t, servant(turnSecret))
  t.notOk(await withAllocation(closed.url, async ({ isOpen }) => isOpen))
})
