import { setTimeout as elapse } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import t, { type Test } from 'tap'
import { Client, startService } from '../helper.js'
import { type BrowserName, openBrowser } from './browsers.js'
import { startFaultyRelay } from './faulty-relay.js'
import { Member } from './member.js'

const room = 'r'

async function joinBoth(
  t: Test,
  browsers: readonly [Browser, Browser],
  url: string,
  socketUrl: string,
): Promise<[Member, Member]> {
  const [ada, bo] = [await Member.open(t, browsers[0], url), await Member.open(t, browsers[1], url)]
  await ada.join({ room, name: 'Ada' }, socketUrl)
  await bo.join({ room, name: 'Bo' }, socketUrl)
  await Promise.all([ada.publish(), bo.publish()])
  await Promise.all([ada.sees(['Bo']), bo.sees(['Ada'])])
  return [ada, bo]
}

/** The ICE generations that a side has agreed on last, its own and the other's. */
function generations({ page }: Member): Promise<{ local: string; remote: string }> {
  return page.evaluate(() => {
    const [peer] = globalThis.call.peers.values()
    const ufragOf = (description: RTCSessionDescription | null | undefined): string =>
      /a=ice-ufrag:(\S+)/.exec(description?.sdp ?? '')?.[1] ?? ''
    return { local: ufragOf(peer?.pc.currentLocalDescription), remote: ufragOf(peer?.pc.currentRemoteDescription) }
  })
}

/** What has arrived has been worked off. */
async function settle({ page }: Member): Promise<void> {
  await page.waitForFunction(() =>
    [...globalThis.call.peers.values()].every(({ pc }) => pc.signalingState === 'stable'),
  )
  // A first restart that was rolled back starts anew once things are stable.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 300)))
  await page.waitForFunction(() =>
    [...globalThis.call.peers.values()].every(({ pc }) => pc.signalingState === 'stable'),
  )
}

function errorsOf(told: readonly string[]): string[] {
  return told.filter((line) => line.startsWith('error'))
}

t.test('negotiation', async (t) => {
  const browsers = { chromium: await openBrowser('chromium'), firefox: await openBrowser('firefox') }
  const pairs: [BrowserName, BrowserName][] = [
    ['chromium', 'chromium'],
    ['firefox', 'firefox'],
    ['chromium', 'firefox'],
  ]
  for (const [first, newcomer] of pairs) {
    await t.test(`${first} and ${newcomer} over a relay that holds, reorders and doubles signals`, async (t) => {
      const { url } = await startService(t)
      const relay = await startFaultyRelay(t, url, { delayMs: 200, doubled: 0.5 })
      const pair = await joinBoth(t, [browsers[first], browsers[newcomer]], url, relay.url)
      t.ok(relay.count.overtaken > 0 && relay.count.doubled > 0, JSON.stringify(relay.count))
      for (let round = 0; round < 2; round += 1) {
        const before = await Promise.all(pair.map(generations))
        // Both at once: the offers cross.
        await Promise.all(
          pair.map(({ page }) =>
            page.evaluate(() => {
              for (const peer of globalThis.call.peers.values()) peer.pc.restartIce()
            }),
          ),
        )
        await Promise.all(
          pair.map(async ({ page }, index) => {
            await page.waitForFunction((before) => {
              const [peer] = globalThis.call.peers.values()
              const ufrag = /a=ice-ufrag:(\S+)/.exec(peer?.pc.currentLocalDescription?.sdp ?? '')?.[1]
              return ufrag !== before && peer?.pc.signalingState === 'stable' && peer.pc.connectionState === 'connected'
            }, before[index]?.local)
          }),
        )
        await Promise.all([pair[0].sees(['Bo']), pair[1].sees(['Ada'])])
      }
      // The last copies of old offers are in; had one been taken for new, the two would speak of different generations.
      while (relay.count.held > 0) await elapse(20)
      await Promise.all(pair.map(settle))
      const [ada, bo] = await Promise.all(pair.map(generations))
      t.strictSame([ada?.local, ada?.remote], [bo?.remote, bo?.local])
      for (const member of pair) {
        const told = await member.told()
        t.strictSame(errorsOf(told), [])
        t.notOk(
          told.some((line) => line.endsWith('reconnecting')),
          'no connection was made anew',
        )
      }
    })
  }
})

t.test('the end of the candidates is said, by browsers that do not say it themselves, too', async (t) => {
  for (const name of ['chromium', 'firefox'] as const) {
    const { url } = await startService(t)
    const partner = await Client.join(t, url, room)
    const member = await Member.open(t, await openBrowser(name), url)
    await member.join({ room })
    await partner.next('ready')
    const offer = await partner.next('offer')
    const ufrag = /a=ice-ufrag:(\S+)/.exec(String(offer.sdp))?.[1]
    const candidates: object[] = []
    for (;;) {
      const { candidate, gen } = await partner.next('ice')
      if (typeof candidate !== 'object' || candidate === null || !('candidate' in candidate))
        throw new Error('no candidate')
      t.equal(gen, 1)
      if (candidate.candidate === '') {
        t.match(candidate, { usernameFragment: ufrag, sdpMid: /\d/ }, name)
        break
      }
      candidates.push(candidate)
    }
    t.ok(candidates.length > 0, 'after the last of them')
  }
})
