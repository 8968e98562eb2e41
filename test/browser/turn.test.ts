import t, { type Test } from 'tap'
import { mintCredential } from '../../plugins/ice-servers/turn-credentials.js'
import { startCoturn, turnSecret } from '../coturn.js'
import { startService } from '../helper.js'
import { type BrowserName, openBrowser, ownAddress } from './browsers.js'
import { Member } from './member.js'

const room = 'r'
const policy = { iceTransportPolicy: 'relay' as const }

type Pair = readonly [Member, Member]

async function startPair(t: Test, browserName: BrowserName, url: string): Promise<Pair> {
  // It does not know who has signed the certificate.
  const browser = await openBrowser(browserName, browserName === 'chromium' ? 'trusting' : 'given')
  const ada = await Member.join(t, browser, url, { room, name: 'Ada', ...policy })
  const bo = await Member.join(t, browser, url, { room, name: 'Bo', ...policy })
  return [ada, bo]
}

async function seeEachOther([ada, bo]: Pair): Promise<void> {
  await Promise.all([ada.sees(['Bo']), bo.sees(['Ada'])])
}

interface Way {
  readonly types: readonly unknown[]
  readonly relayProtocol: unknown
}

/** The way that a connection goes: what kinds of addresses, and by which protocol to the TURN server. */
function wayOf({ page }: Member): Promise<Way> {
  return page.evaluate(async () => {
    const [peer] = globalThis.call.peers.values()
    for (;;) {
      const report = await peer?.pc.getStats()
      const pairs = [...(report?.values() ?? [])].filter(
        ({ type, nominated }) => type === 'candidate-pair' && nominated,
      )
      const used = pairs.find(({ state }) => state === 'succeeded')
      const [local, remote] = [report?.get(used?.localCandidateId), report?.get(used?.remoteCandidateId)]
      if (used !== undefined)
        return { types: [local?.candidateType, remote?.candidateType], relayProtocol: local?.relayProtocol }
      // While it is asked whether the other side is still there it is in between.
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  })
}

/** The ICE generation that a side speaks of, and with which password for the TURN server. */
function generation({ page }: Member): Promise<{ readonly ufrag: string; readonly username: unknown }> {
  return page.evaluate(() => {
    const [peer] = globalThis.call.peers.values()
    return {
      ufrag: /a=ice-ufrag:(\S+)/.exec(peer?.pc.currentLocalDescription?.sdp ?? '')?.[1] ?? '',
      username: peer?.pc.getConfiguration().iceServers?.[0]?.username,
    }
  })
}

t.test('nothing but a TURN server between them: they see each other', async (t) => {
  const coturn = await startCoturn(t, { address: ownAddress() })
  const ways = [
    ['chromium', 'udp'],
    ['chromium', 'tcp'],
    ['chromium', 'tls'],
    ['firefox', 'udp'],
    ['firefox', 'tcp'],
  ] as const
  for (const [browserName, way] of ways) {
    await t.test(`${browserName} over ${way}`, async (t) => {
      const { url } = await startService(t, { turnUrls: [coturn.urls[way]], turnSecrets: [turnSecret] })
      const pair = await startPair(t, browserName, url)
      await seeEachOther(pair)
      for (const member of pair) {
        const { types, relayProtocol } = await wayOf(member)
        t.strictSame(types, ['relay', 'relay'])
        // Firefox does not say it in its statistics.
        if (browserName === 'chromium') t.equal(relayProtocol, way)
      }
    })
  }
})

t.test('with a password that has expired, or is of another secret, there is no way', async (t) => {
  const coturn = await startCoturn(t)
  const browser = await openBrowser('chromium', 'trusting')
  for (const [what, credential] of [
    ['expired', mintCredential(turnSecret, 'ada', Date.now() - 60_000)],
    ['of another secret', mintCredential('what coturn does not know, whatever it is', 'ada', Date.now() + 600_000)],
    ['none of ours', { username: 'ada', credential: 'secret' }],
  ] as const) {
    const { url } = await startService(t, { iceServers: () => [{ urls: [coturn.urls.udp], ...credential }] })
    const ada = await Member.open(t, browser, url, () => {
      const codes: number[] = []
      Object.assign(globalThis, { codes })
      globalThis.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(configuration?: RTCConfiguration) {
          super(configuration)
          this.addEventListener('icecandidateerror', ({ errorCode }) => codes.push(errorCode))
        }
      }
    })
    await ada.join({ room, name: 'Ada', ...policy })
    const bo = await Member.open(t, browser, url)
    await bo.join({ room, name: 'Bo', ...policy })
    await ada.page.waitForFunction(() => Reflect.get(globalThis, 'codes').includes(401))
    const [gathered] = await ada.page.evaluate(() =>
      Array.from(globalThis.call.peers.values(), ({ pc }) => /a=candidate/.test(pc.localDescription?.sdp ?? '')),
    )
    t.equal(gathered, false, what)
  }
})

t.test('a call outlives its password: ICE is restarted with a fresh one', async (t) => {
  const coturn = await startCoturn(t, { extra: ['--verbose'] })
  const ttlMs = 10_000
  const { url } = await startService(t, {
    iceServers: () => ({
      iceServers: [{ urls: [coturn.urls.udp], ...mintCredential(turnSecret, 'somebody', Date.now() + ttlMs) }],
      ttlMs,
    }),
  })
  const pair = await startPair(t, 'chromium', url)
  await seeEachOther(pair)
  const before = await Promise.all(pair.map(generation))
  const startedMs = Date.now()
  // Before the first ones run out others have come, unasked.
  for (const [index, { page }] of pair.entries()) {
    const told = await page.waitForFunction(() =>
      globalThis.socketLog.map((text) => JSON.parse(text)).find(({ type }) => type === 'ice-servers'),
    )
    const { iceServers } = await told.jsonValue()
    t.not(iceServers[0].username, before[index]?.username)
  }
  t.ok(Date.now() - startedMs < ttlMs)
  while (Date.now() < startedMs + ttlMs + 2000) await pair[0].page.waitForTimeout(100)
  await seeEachOther(pair)
  await pair[1].page.evaluate(() => globalThis.dispatchEvent(new Event('online')))
  for (;;) {
    const after = await Promise.all(pair.map(generation))
    if (after.every(({ ufrag }, index) => ufrag !== before[index]?.ufrag)) {
      for (const [index, { username }] of after.entries()) t.not(username, before[index]?.username, 'another password')
      break
    }
    await pair[0].page.waitForTimeout(50)
  }
  // The old allocations are given up once others are used.
  await pair[0].page.waitForTimeout(1000)
  await seeEachOther(pair)
  for (const member of pair) {
    t.strictSame((await wayOf(member)).types, ['relay', 'relay'])
    t.strictSame(
      (await member.told()).filter((line) => /^(left|error|end)|reconnecting$/.test(line)),
      [],
    )
  }
  const users = Array.from(coturn.log().matchAll(/new, realm=<[^>]*>, username=<([^>]+)>/g), ([, user]) => user)
  t.ok(new Set(users).size > 2, `allocations with ${new Set(users).size} passwords`)
})

t.test('an application can give its own, by a function that is asked before each ICE restart', async (t) => {
  const coturn = await startCoturn(t)
  const browser = await openBrowser('chromium', 'trusting')
  const { url } = await startService(t)
  const members: Member[] = []
  for (const name of ['Ada', 'Bo']) {
    const member = await Member.open(t, browser, url)
    const servers = [1, 2].map((use) => ({
      urls: [coturn.urls.udp],
      ...mintCredential(turnSecret, `${name}-${use}`, Date.now() + 60_000),
    }))
    await member.join({ room, name, ...policy }, '/ws', servers)
    await member.publish()
    members.push(member)
  }
  const [ada, bo] = members
  if (ada === undefined || bo === undefined) throw new Error('two were asked for')
  await seeEachOther([ada, bo])
  const { username, ufrag } = await generation(bo)
  t.match(username, /Bo-1$/)
  await bo.page.evaluate(() => {
    // As if the last ones had been given some time ago.
    const now = performance.now.bind(performance)
    performance.now = () => now() + 60_000
    globalThis.dispatchEvent(new Event('online'))
  })
  while ((await generation(bo)).ufrag === ufrag) await bo.page.waitForTimeout(50)
  t.match((await generation(bo)).username, /Bo-2$/)
  await seeEachOther([ada, bo])
})

t.test('the service is asked for fresh passwords before each ICE restart, by both sides', async (t) => {
  const coturn = await startCoturn(t)
  const { url } = await startService(t, { turnUrls: [coturn.urls.udp], turnSecrets: [turnSecret] })
  const pair = await startPair(t, 'chromium', url)
  await seeEachOther(pair)
  const before = await Promise.all(pair.map(generation))
  for (const { page } of pair) {
    await page.evaluate(() => {
      const now = performance.now.bind(performance)
      performance.now = () => now() + 60_000
    })
  }
  // The service gives others only once the last ones are ten seconds old.
  await pair[0].page.waitForTimeout(10_000)
  await pair[1].page.evaluate(() => globalThis.dispatchEvent(new Event('online')))
  for (;;) {
    const after = await Promise.all(pair.map(generation))
    if (after.some(({ ufrag }, index) => ufrag === before[index]?.ufrag)) {
      await pair[0].page.waitForTimeout(50)
      continue
    }
    for (const [index, { username }] of after.entries()) t.not(username, before[index]?.username)
    break
  }
  await seeEachOther(pair)
})
