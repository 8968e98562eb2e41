import t, { type Test } from 'tap'
import { startService } from '../helper.js'
import { openBrowser } from './browsers.js'
import { Member } from './member.js'

async function startPair(t: Test, url: string, capacity: number): Promise<[Member, Member]> {
  const browser = await openBrowser('chromium')
  const ada = await Member.join(t, browser, url, { room: 'r', name: 'Ada', capacity })
  const bo = await Member.join(t, browser, url, { room: 'r', name: 'Bo' })
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
  const { url } = await startService(t, { resumeWindowMs: 200 })
  const [ada, bo] = await startPair(t, url, 3)
  const stream = await streamOf(ada, 'Bo')
  await bo.cutOff()
  await ada.hasHeard('peer-left')
  const di = await Member.join(t, await openBrowser('chromium'), url, { room: 'r', name: 'Di' })
  await ada.isTold('peer Di')
  await Promise.all([ada.sees(['Bo', 'Di']), bo.sees(['Ada']), di.sees(['Ada'])])
  t.equal(await streamOf(ada, 'Bo'), stream)
  t.strictSame(
    (await ada.told()).filter((line) => line.startsWith('left')),
    [],
  )

  await bo.endCutOff()
  await bo.isTold('peer Di')
  await Promise.all([ada.sees(['Bo', 'Di']), bo.sees(['Ada', 'Di']), di.sees(['Ada', 'Bo'])])
  t.equal(await streamOf(ada, 'Bo'), stream, 'the one who came back has the tile')
  t.strictSame(
    (await ada.told()).filter((line) => line.startsWith('left')),
    [],
  )
  t.equal(await ada.page.evaluate(() => globalThis.call.peers.size), 2)
})

t.test('what did not reach somebody who came back as another is said', async (t) => {
  const { app, url } = await startService(t, { drainMs: 0 })
  const [ada] = await startPair(t, url, 2)
  await ada.page.evaluate(() => {
    const [peer] = globalThis.call.peers.values()
    // The way is dead, and nobody knows it yet.
    if (peer !== undefined) Object.assign(globalThis, { former: peer })
    RTCDataChannel.prototype.send = () => {}
    globalThis.call.send('never there')
  })
  await app.close()
  await startService(t, {}, Number(new URL(url).port))
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
