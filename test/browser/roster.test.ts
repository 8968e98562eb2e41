import t, { type Test } from 'tap'
import { startService } from '../helper.js'
import { openBrowser } from './browsers.js'
import { Member } from './member.js'

declare global {
  /** Whether the page gets no new connection to the service. */
  var isCutOff: boolean
}

/** Makes `isCutOff` hold. */
function cuttable(): void {
  globalThis.isCutOff = false
  globalThis.WebSocket = class extends globalThis.WebSocket {
    constructor(url: string | URL) {
      super(globalThis.isCutOff ? 'ws://127.0.0.1:1' : url)
    }
  }
}

async function cutOff({ page }: Member): Promise<void> {
  await page.evaluate(() => {
    globalThis.isCutOff = true
    globalThis.socket.close()
  })
}

async function startPair(t: Test, url: string, capacity: number): Promise<[Member, Member]> {
  const browser = await openBrowser('chromium')
  const ada = await Member.join(t, browser, url, { room: 'r', name: 'Ada', capacity }, cuttable)
  const bo = await Member.join(t, browser, url, { room: 'r', name: 'Bo' }, cuttable)
  await Promise.all([ada.sees(['Bo']), bo.sees(['Ada'])])
  return [ada, bo]
}

function streamOf(member: Member, name: string): Promise<string | undefined> {
  return member.page.evaluate(
    (name) => [...globalThis.call.peers.values()].find((peer) => peer.name === name)?.stream().id,
    name,
  )
}

t.test('who comes while somebody is away from the service does not take their place', async (t) => {
  const { url } = await startService(t)
  const [ada, bo] = await startPair(t, url, 3)
  const stream = await streamOf(ada, 'Bo')
  await cutOff(bo)
  const di = await Member.join(t, await openBrowser('chromium'), url, { room: 'r', name: 'Di' })
  await ada.isTold('peer Di')
  await Promise.all([ada.sees(['Bo', 'Di']), bo.sees(['Ada']), di.sees(['Ada'])])
  t.equal(await streamOf(ada, 'Bo'), stream)
  t.strictSame(
    (await ada.told()).filter((line) => line.startsWith('left')),
    [],
  )

  await bo.page.evaluate(() => (globalThis.isCutOff = false))
  await ada.isTold('left Bo replaced')
  await bo.isTold('peer Di')
  await Promise.all([ada.sees(['Bo', 'Di']), bo.sees(['Ada', 'Di']), di.sees(['Ada', 'Bo'])])
  t.equal(await streamOf(ada, 'Bo'), stream, 'the one who came back has the tile')
  t.equal(await ada.page.evaluate(() => globalThis.call.peers.size), 2)
})

t.test('people without names who come back are told apart by their connections', async (t) => {
  const browser = await openBrowser('chromium')
  const { app, url } = await startService(t)
  const members: Member[] = []
  for (const hand of ['left', 'right', 'none']) {
    const member = await Member.open(t, browser, url)
    await member.join({ room: 'r', capacity: 3, metadata: { hand } })
    await member.publish()
    members.push(member)
  }
  const streams = async ({ page }: Member): Promise<[string, string][]> => {
    await page.waitForFunction(() => {
      const peers = [...globalThis.call.peers.values()]
      return globalThis.call.signaling === 'open' && peers.length === 2 && peers.every(({ state }) => state === 'live')
    })
    return page.evaluate(() =>
      [...globalThis.call.peers.values()]
        .map((peer): [string, string] => [String(peer.metadata?.['hand']), peer.stream().id])
        .sort(),
    )
  }
  const before = await Promise.all(members.map(streams))
  for (const { page } of members) await page.evaluate(() => globalThis.told.splice(0))
  await app.close()
  for (const member of members) await member.isTold('signaling reconnecting')
  await startService(t, {}, Number(new URL(url).port))
  for (const { page } of members) {
    await page.waitForFunction(() => globalThis.told.filter((line) => line === 'left undefined replaced').length === 2)
  }
  t.strictSame(await Promise.all(members.map(streams)), before)
})

t.test('what did not reach somebody who came back as another is said', async (t) => {
  const { url } = await startService(t)
  const [ada, bo] = await startPair(t, url, 2)
  await ada.page.evaluate(() => {
    const [peer] = globalThis.call.peers.values()
    // The way is dead, and nobody knows it yet.
    if (peer !== undefined) Object.assign(globalThis, { former: peer })
    RTCDataChannel.prototype.send = () => {}
    globalThis.call.send('never there')
  })
  await bo.page.evaluate(() => globalThis.socket.close())
  await ada.isTold('left Bo replaced')
  t.match(
    (await ada.told()).filter((line) => line.startsWith('error')),
    [/^error undelivered/],
  )
  t.equal(
    await ada.page.evaluate(() => {
      const former: unknown = Reflect.get(globalThis, 'former')
      try {
        Reflect.apply(Reflect.get(Object(former), 'send'), former, ['to nobody'])
        return 'sent'
      } catch (error) {
        return Reflect.get(Object(error), 'code')
      }
    }),
    'channel-closed',
  )
})
