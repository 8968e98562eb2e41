import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as elapse } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import t, { type Test } from 'tap'
import { startService } from '../helper.js'
import { ResumingClient } from '../resuming-client.js'
import { openBrowser } from './browsers.js'
import { Member } from './member.js'

declare global {
  /** Of each picture that is watched, the longest time without a frame, and when the last one came. */
  var stills: { longestMs: number; lastMs: number }[]
}

const room = 'r'

async function startMembers(
  t: Test,
  url: string,
  people: readonly (readonly [name: string, browser: Browser])[],
): Promise<Member[]> {
  const members: Member[] = []
  for (const [name, browser] of people) {
    members.push(await Member.join(t, browser, url, { room, name, capacity: people.length }))
  }
  const names = people.map(([name]) => name)
  await Promise.all(members.map((member, index) => member.sees(names.filter((_name, other) => other !== index))))
  return members
}

async function startPair(t: Test, url: string): Promise<[Member, Member]> {
  const browser = await openBrowser('chromium')
  const [ada, bo] = await startMembers(t, url, [
    ['Ada', browser],
    ['Bo', browser],
  ])
  if (ada === undefined || bo === undefined) throw new Error('two were asked for')
  return [ada, bo]
}

/** Watches every picture that is shown. @returns tells the longest time that any of them stood still, in milliseconds */
async function watchPictures({ page }: Member): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    globalThis.stills = []
    for (const video of document.querySelectorAll('video')) {
      if (video.videoWidth === 0) continue
      const still = { longestMs: 0, lastMs: performance.now() }
      globalThis.stills.push(still)
      const count = (): void => {
        const nowMs = performance.now()
        still.longestMs = Math.max(still.longestMs, nowMs - still.lastMs)
        still.lastMs = nowMs
        video.requestVideoFrameCallback(count)
      }
      video.requestVideoFrameCallback(count)
    }
  })
  // Also the time since the last one: it may never move again.
  return () =>
    page.evaluate(() =>
      Math.max(...globalThis.stills.map(({ longestMs, lastMs }) => Math.max(longestMs, performance.now() - lastMs))),
    )
}

/** The ICE generation that a member speaks of, by the name of whom to. */
function generations({ page }: Member): Promise<Record<string, string>> {
  return page.evaluate(() =>
    Object.fromEntries(
      Array.from(globalThis.call.peers.values(), ({ name, pc }) => [
        name,
        /a=ice-ufrag:(\S+)/.exec(pc.localDescription?.sdp ?? '')?.[1] ?? '',
      ]),
    ),
  )
}

/** @returns tells whether the connection to somebody is still the one that it is now */
async function connectionsOf({ page }: Member): Promise<(name: string) => Promise<boolean>> {
  const now = await page.evaluateHandle(
    () => new Map(Array.from(globalThis.call.peers.values(), ({ name, pc }) => [name, pc])),
  )
  return (name) =>
    page.evaluate(
      ([then, name]) =>
        [...globalThis.call.peers.values()].some((peer) => peer.name === name && peer.pc === then.get(name)),
      [now, name] as const,
    )
}

/** Looks for other ways to everybody, and waits until each has been agreed upon. */
async function restartIce(member: Member, others: readonly Member[]): Promise<void> {
  const before = await Promise.all([member, ...others].map(generations))
  await member.page.evaluate(() => globalThis.dispatchEvent(new Event('online')))
  for (;;) {
    const [own = {}, ...theirs] = await Promise.all([member, ...others].map(generations))
    const [was = {}, ...were] = before
    const names = Object.keys(was)
    const isDone = names.every((name) => own[name] !== was[name])
    const areDone = theirs.every((now, index) => Object.entries(now).some(([name, id]) => id !== were[index]?.[name]))
    if (isDone && areDone) return
    await member.page.waitForTimeout(50)
  }
}

/** What has become worse, by what the call has told. */
async function losses(member: Member): Promise<string[]> {
  return (await member.told()).filter(
    (line) => /^(left|end|error)|(unstable|reconnecting|failed)$/.test(line) && !/^signaling/.test(line),
  )
}

t.test('the socket is cut every two seconds: no frame is missing, and what is said arrives once', async (t) => {
  const { url } = await startService(t)
  const { url: through, cut } = await startTunnel(t, url)
  const members = await startMembers(t, through, [
    ['Ada', await openBrowser('chromium')],
    ['Bo', await openBrowser('firefox')],
  ])
  const [ada, bo] = members as [Member, Member]
  for (const { page } of members) {
    await page.evaluate(() => {
      const [peer] = globalThis.call.peers.values()
      const said: unknown[] = []
      Object.assign(globalThis, { said })
      globalThis.told.splice(0)
      peer?.on('profile', () => said.push(peer.metadata?.['n']))
      peer?.on('media', () => said.push(peer.isSending('mic')))
    })
  }
  const stills = await Promise.all(members.map(watchPictures))
  const start = performance.now()
  for (let round = 0; round < 10; round += 1) {
    const member = members[round % 2] as Member
    await member.page.evaluate((n) => {
      globalThis.call.update({ metadata: { n } })
      if (n === 4) void globalThis.call.mute('mic', true)
    }, round)
    // Both of them, without a word, whether they are back already or not.
    cut()
    await elapse(start + (round + 1) * 2000 - performance.now())
  }
  for (const [index, { page }] of members.entries()) {
    const last = index === 0 ? 9 : 8
    await page.waitForFunction(
      (last) => globalThis.call.signaling === 'open' && Reflect.get(globalThis, 'said').includes(last),
      last,
    )
    t.ok((await members[index]?.told())?.filter((line) => line === 'signaling open').length, 'it was cut, and is back')
  }
  const longest = await Promise.all(stills.map((still) => still()))
  t.comment(`longest time without a frame: ${longest.map(Math.round).join(' and ')} ms`)
  t.ok(Math.max(...longest) < 2000)
  const changes = (member: Member): Promise<unknown[]> =>
    member.page.evaluate(() => {
      const said: unknown[] = Reflect.get(globalThis, 'said')
      return said.filter((value, index) => typeof value === 'number' || said[index - 1] !== value)
    })
  t.strictSame(
    (await changes(bo)).filter((value) => typeof value === 'number'),
    [0, 2, 4, 6, 8],
  )
  t.strictSame(
    (await changes(ada)).filter((value) => typeof value === 'number'),
    [1, 3, 5, 7, 9],
  )
  const isOn = (await changes(bo)).filter((value) => typeof value === 'boolean')
  t.strictSame(
    isOn.slice(isOn.indexOf(false)).filter((value) => value),
    [],
    'who is muted is not heard of otherwise again',
  )
  t.ok(isOn.includes(false))
  const muted = await bo.page.evaluate(() =>
    globalThis.socketLog
      .map((text) => JSON.parse(text))
      .filter(({ type, media }) => type === 'peer-updated' && media.mic === false),
  )
  t.equal(new Set(muted.map(({ seq }) => seq)).size, muted.length, 'nothing came twice')
  t.strictSame(
    muted.map(({ metadata }) => metadata.n).filter((n) => n <= 4),
    [4],
    'the muting is one message',
  )
  for (const member of members) t.strictSame(await losses(member), [], 'nobody was away for anybody')
})

t.test('the service is drained and restarted in a call of three, whose pictures do not stop', async (t) => {
  const { app, url } = await startService(t, { drainMs: 4000 })
  const chromium = await openBrowser('chromium')
  const members = await startMembers(t, url, [
    ['Ada', chromium],
    ['Bo', chromium],
    ['Cy', await openBrowser('firefox')],
  ])
  for (const { page } of members) {
    await page.evaluate(() => {
      globalThis.told.splice(0)
      Object.assign(globalThis, { connections: Array.from(globalThis.call.peers.values(), ({ pc }) => pc) })
    })
  }
  const ids = (member: Member): Promise<string[]> => member.page.evaluate(() => [...globalThis.call.peers.keys()])
  const before = await Promise.all(members.map(ids))
  const stills = await Promise.all(members.map(watchPictures))
  await app.close()
  for (const member of members) await member.hasHeard('draining')
  for (const member of members) await member.isTold('signaling reconnecting')
  await startService(t, {}, Number(new URL(url).port))
  for (const member of members) {
    await member.page.waitForFunction(() => globalThis.told.at(-1) === 'signaling open')
    await member.page.waitForFunction(
      () => globalThis.socketLog.filter((text) => JSON.parse(text).type === 'keep').length === 2,
    )
  }
  const longest = await Promise.all(stills.map((still) => still()))
  t.comment(`longest time without a frame: ${longest.map(Math.round).join(', ')} ms`)
  t.ok(Math.max(...longest) < 2000)
  for (const member of members) t.strictSame(await losses(member), [])

  const [ada, bo, cy] = members as [Member, Member, Member]
  // Renegotiation needs the service to know who is who.
  await restartIce(ada, [bo, cy])
  await restartIce(cy, [ada, bo])
  await ada.page.evaluate(() => globalThis.call.update({ name: 'Ada L.' }))
  for (const { page } of [bo, cy]) {
    await page.waitForFunction(() => [...globalThis.call.peers.values()].some(({ name }) => name === 'Ada L.'))
  }
  t.strictSame(await Promise.all(members.map(ids)), before, 'the same peers')
  for (const { page } of members) {
    t.ok(
      await page.evaluate(() => {
        const connections: readonly RTCPeerConnection[] = Reflect.get(globalThis, 'connections')
        return Array.from(globalThis.call.peers.values()).every(({ pc }, index) => pc === connections[index])
      }),
      'over the same connections',
    )
  }
  const di = await Member.open(t, chromium, url)
  await t.rejects(di.join({ room }), /full/, 'each has one seat')
})

for (const [title, resumeWindowMs] of [
  ['while the socket is away other ways are found over the connection itself', 30_000],
  ['also when the seat is lost', 300],
] as const) {
  t.test(title, async (t) => {
    const { url } = await startService(t, { resumeWindowMs })
    const [ada, bo] = await startPair(t, url)
    // A late candidate would come over the connection, and by that alone Ada would know which way to answer.
    for (const { page } of [ada, bo]) {
      await page.waitForFunction(() =>
        [...globalThis.call.peers.values()].every(({ pc }) => pc.iceGatheringState === 'complete'),
      )
    }
    await bo.cutOff()
    await bo.isTold('signaling reconnecting')
    await ada.hasHeard(resumeWindowMs < 1000 ? 'peer-left' : 'peer-away')
    // Ada first: she hears the service, but Bo does not.
    await restartIce(ada, [bo])
    await restartIce(bo, [ada])
    t.equal(await bo.page.evaluate(() => globalThis.call.signaling), 'reconnecting')
    await bo.endCutOff()
    await bo.isTold('signaling open')
    await Promise.all([ada.sees(['Bo']), bo.sees(['Ada'])])
    if (resumeWindowMs < 1000) await Promise.all([ada.hasHeard('keep'), bo.hasHeard('keep')])
    await restartIce(bo, [ada])
    // While other ways are looked for, nothing may come for a moment.
    const breaks = async (member: Member): Promise<string[]> =>
      (await losses(member)).filter((line) => !line.endsWith('unstable'))
    for (const member of [ada, bo]) t.strictSame(await breaks(member), [])
  })
}

t.test(
  'too much was said meanwhile: by the word of the service all is as it is now, and the pairs agree anew',
  async (t) => {
    const { url } = await startService(t, { maxReplayMessages: 2 })
    const browser = await openBrowser('chromium')
    const [ada, bo, cy] = (await startMembers(t, url, [
      ['Ada', browser],
      ['Bo', browser],
      ['Cy', browser],
    ])) as [Member, Member, Member]
    const before = await Promise.all([ada, bo].map(generations))
    const connections = await Promise.all([ada, bo].map(connectionsOf))
    await ada.cutOff()
    await ada.isTold('signaling reconnecting')
    await cy.page.evaluate(() => globalThis.call.leave())
    for (let n = 1; n <= 5; n += 1) {
      await bo.page.evaluate((n) => globalThis.call.update({ metadata: { n } }), n)
    }
    const di = await Member.join(t, browser, url, { room, name: 'Di' })
    await di.sees(['Bo'])
    await ada.endCutOff()
    await ada.hasHeard('resync')
    await Promise.all([ada.sees(['Bo', 'Di']), bo.sees(['Ada', 'Di']), di.sees(['Ada', 'Bo'])])
    t.strictSame(
      await ada.page.evaluate(() =>
        Array.from(globalThis.call.peers.values(), ({ name, metadata }) => [name, metadata]),
      ),
      [
        ['Bo', { n: 5 }],
        ['Di', undefined],
      ],
    )
    for (;;) {
      const now = await Promise.all([ada, bo].map(generations))
      if (now[0]?.['Bo'] !== before[0]?.['Bo'] && now[1]?.['Ada'] !== before[1]?.['Ada']) break
      await ada.page.waitForTimeout(50)
    }
    t.notOk((await ada.told()).some((line) => line === 'left Bo disconnected'))
    for (const [index, of] of connections.entries())
      t.ok(await of(index === 0 ? 'Bo' : 'Ada'), 'over the same connection')
  },
)

t.test('a socket that leads nowhere is found out, and nothing that was said into it is lost', async (t) => {
  // To a page of the service the tunnel is another host.
  const { url } = await startService(t, { pingIntervalMs: 400, pongTimeoutMs: 400, allowedOrigins: ['*'] })
  const { url: through, freeze } = await startTunnel(t, url)
  const browser = await openBrowser('chromium')
  const bo = await Member.join(t, browser, url, { room, name: 'Bo' })
  const ada = await Member.open(t, browser, url)
  await ada.join({ room, name: 'Ada' }, `${through}/ws`)
  await bo.isTold('peer Ada')
  await bo.page.evaluate(() => {
    const [peer] = globalThis.call.peers.values()
    const said: unknown[] = []
    Object.assign(globalThis, { said })
    peer?.on('profile', () => said.push(peer.metadata?.['n']))
  })
  freeze()
  await ada.page.evaluate(() => globalThis.call.update({ metadata: { n: 1 } }))
  await ada.isTold('signaling reconnecting')
  await ada.isTold('signaling open')
  await ada.page.evaluate(() => globalThis.call.update({ metadata: { n: 2 } }))
  await bo.page.waitForFunction(() => Reflect.get(globalThis, 'said').includes(2))
  t.strictSame(await bo.page.evaluate(() => Reflect.get(globalThis, 'said')), [1, 2])
  t.notOk((await bo.told()).some((line) => line.startsWith('left')))
  // Whoever answers is not taken for dead.
  for (const { page } of [ada, bo]) {
    await page.waitForFunction(() => globalThis.socketLog.filter((text) => JSON.parse(text).type === 'ping').length > 8)
  }
  t.notOk((await bo.told()).includes('signaling reconnecting'))
})

interface Tunnel {
  readonly url: string
  /** Carries nothing any more, without closing; what is opened later gets through. */
  freeze(): void
  /** Ends every connection, with what is under way in it. */
  cut(): void
}

/** A way to the service that can break. */
async function startTunnel(t: Test, url: string): Promise<Tunnel> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((client) => {
    const service = net.connect(Number(new URL(url).port), '127.0.0.1')
    client.pipe(service).pipe(client)
    for (const socket of [client, service]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  t.teardown(() => {
    cut()
    server.close()
  })
  const freeze = (): void => {
    for (const socket of sockets) socket.unpipe().pause()
  }
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it has no port')
  return { url: `ws://127.0.0.1:${address.port}`, freeze, cut }
}

t.test('a seat that another page has taken is not taken back, nor given up', async (t) => {
  const { url } = await startService(t)
  const [ada, bo] = await startPair(t, url)
  const joined = JSON.parse(
    await ada.page.evaluate(() => globalThis.socketLog.find((text) => JSON.parse(text).type === 'joined') ?? ''),
  )
  const thief = new ResumingClient(`${url}/ws`, room, () => {})
  Object.assign(thief, { peerId: joined.peerId, session: joined.session, seq: joined.seq })
  await thief.resume(99)
  t.equal(thief.lastError, undefined)
  await ada.isTold('end replaced')
  // What Ada's page says in ending comes before this.
  await bo.page.evaluate(() => globalThis.call.update({ name: 'Bo B.' }))
  const di = await Member.open(t, await openBrowser('chromium'), url)
  await t.rejects(di.join({ room }), /full/)
  thief.terminate()
})
