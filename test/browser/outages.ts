import { setTimeout as elapse } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import t, { type Test } from 'tap'
import { startService } from '../helper.js'
import { cardAddress } from '../own-network.js'
import { openBrowser, openMortalBrowser, openNetworkedBrowser } from './browsers.js'
import { Member } from './member.js'
import { changeAddress, loseUdp } from './network.js'

type Pair = readonly [Member, Member]

async function startPair(t: Test, url: string, room: string, browsers: readonly [Browser, Browser]): Promise<Pair> {
  const ada = await Member.join(t, browsers[0], url, { room, name: 'Ada' })
  const bo = await Member.join(t, browsers[1], url, { room, name: 'Bo' })
  await seeEachOther([ada, bo])
  return [ada, bo]
}

async function seeEachOther([ada, bo]: Pair, more?: number): Promise<void> {
  await Promise.all([ada.sees(['Bo'], more), bo.sees(['Ada'], more)])
}

/** The ICE generation that a side speaks of. */
function generation({ page }: Member): Promise<string> {
  return page.evaluate(() => {
    const [peer] = globalThis.call.peers.values()
    return /a=ice-ufrag:(\S+)/.exec(peer?.pc.currentLocalDescription?.sdp ?? '')?.[1] ?? ''
  })
}

t.test('UDP is cut for ten seconds: the calls come back by themselves', async (t) => {
  const [chromium, firefox] = [await openBrowser('chromium'), await openBrowser('firefox')]
  const { url } = await startService(t)
  const pairs = {
    'Chromium and Chromium': await startPair(t, url, 'a', [chromium, chromium]),
    'Firefox and Firefox': await startPair(t, url, 'b', [firefox, firefox]),
    'Chromium and Firefox': await startPair(t, url, 'c', [chromium, firefox]),
  }
  const everybody = Object.values(pairs).flat()
  const before = await Promise.all(everybody.map(generation))
  const join = loseUdp(t)
  const cutAt = performance.now()
  for (const [ada, bo] of Object.values(pairs))
    await Promise.all([ada.isTold('Bo unstable'), bo.isTold('Ada unstable')])
  await elapse(10_000 - (performance.now() - cutAt))
  join()
  const backAt = performance.now()
  const took = await Promise.all(
    Object.entries(pairs).map(async ([browsers, pair]) => {
      await seeEachOther(pair, 1)
      const ms = Math.round(performance.now() - backAt)
      // What is aimed at is 3 s, and 6 s with Firefox, by itself on a machine; here several share few processors.
      t.ok(ms < 15_000, `${browsers}: ${ms} ms`)
      return `${browsers} ${ms} ms`
    }),
  )
  t.comment(`media after the path was back: ${took.join(', ')}`)
  for (const pair of Object.values(pairs)) {
    await seeEachOther(pair)
    for (const { page } of pair) {
      await page.waitForFunction(() => [...globalThis.call.peers.values()].every(({ state }) => state === 'live'))
    }
  }
  const after = await Promise.all(everybody.map(generation))
  // A short outage heals by itself in some browsers; a longer one does not, and nobody knows beforehand which it is.
  for (const [index, was] of before.entries()) t.not(after[index], was, 'other ways were looked for meanwhile')
})

t.test('on a way that loses a quarter of everything less is sent, and the quality says so', async (t) => {
  const browser = await openBrowser('chromium')
  const { url } = await startService(t)
  const pair = await startPair(t, url, 'a', [browser, browser])
  const [{ page }] = pair
  const bitrate = (): Promise<number> =>
    page.evaluate(() => {
      const [peer] = globalThis.call.peers.values()
      const sender = peer?.pc.getSenders().find(({ track }) => track?.kind === 'video')
      return sender?.getParameters().encodings[0]?.maxBitrate ?? 0
    })
  /** Waits for a quality, and tells which it is. */
  const quality = async (isWanted: (reason: string, level: number) => boolean): Promise<number> => {
    for (;;) {
      const [reason, level] = await page.evaluate(() => {
        const [peer] = globalThis.call.peers.values()
        return [peer?.quality?.reason ?? '', peer?.quality?.level ?? 0] as const
      })
      if (reason !== '' && isWanted(reason, level)) return level
      await page.waitForTimeout(100)
    }
  }
  await quality((reason) => reason !== 'network')
  const before = await bitrate()
  const end = loseUdp(t, 25)
  const during = await quality((reason, level) => reason === 'network' && level <= 2)
  let lowest = before
  while (lowest > before / 2) {
    lowest = Math.min(lowest, await bitrate())
    await page.waitForTimeout(100)
  }
  end()
  while ((await bitrate()) < lowest * 1.2) await page.waitForTimeout(100)
  const after = await quality((reason, level) => reason !== 'network' || level > during)
  t.ok(before > 0, `${before} bit/s, then ${lowest}; level ${during}, then ${after}`)
  await seeEachOther(pair)
})

t.test('the network card gets another address: the calls go on over it', async (t) => {
  const browser = await openNetworkedBrowser(t)
  const { url } = await startService(t)
  const pair = await startPair(t, url, 'a', [browser, browser])
  const before = await Promise.all(pair.map(generation))
  changeAddress(t, cardAddress, '10.99.0.7')
  const start = performance.now()
  await pair[0].isTold('Bo unstable')
  await seeEachOther(pair)
  t.comment(`media after ${Math.round(performance.now() - start)} ms`)
  for (const { page } of pair) {
    t.notOk(await page.evaluate(() => globalThis.told.some((line) => line.endsWith('reconnecting'))), 'same connection')
    const addresses = await page.evaluate(async () => {
      const [peer] = globalThis.call.peers.values()
      const report = await peer?.pc.getStats()
      const used: unknown[] = []
      for (const stats of report?.values() ?? []) {
        if (stats.type !== 'transport') continue
        const selected = report?.get(stats.selectedCandidatePairId)
        used.push(report?.get(selected?.localCandidateId)?.address)
      }
      return used
    })
    t.strictSame(addresses, ['10.99.0.7'])
  }
  const after = await Promise.all(pair.map(generation))
  for (const [index, was] of before.entries()) t.not(after[index], was, 'by a restart of ICE')
})

t.test('a browser that says it is on another network is believed at once', async (t) => {
  const browser = await openBrowser('chromium')
  const { url } = await startService(t)
  const pair = await startPair(t, url, 'a', [browser, browser])
  const told = async (what: RegExp): Promise<string[]> =>
    (await Promise.all(pair.map((member) => member.told()))).flat().filter((line) => what.test(line))
  for (const member of pair) {
    const before = await generation(member)
    await member.page.evaluate(() => globalThis.dispatchEvent(new Event('online')))
    while ((await generation(member)) === before) await member.page.waitForTimeout(20)
    t.strictSame(await told(/unstable/), [], 'not because of anything else')
    await seeEachOther(pair, 5)
    t.strictSame(await told(/error/), [])
    // A busy machine may call the restart itself unstable.
    await Promise.all(pair.map(({ page }) => page.evaluate(() => globalThis.told.splice(0))))
  }
})

t.test('a connection that is lost for good is made anew, whoever of the two lost it', async (t) => {
  const browsers = { Chromium: await openBrowser('chromium'), Firefox: await openBrowser('firefox') }
  for (const [name, browser] of Object.entries(browsers)) {
    await t.test(name, async (t) => {
      const { url } = await startService(t)
      const pair = await startPair(t, url, 'a', [browser, browser])
      const [ada, bo] = pair
      for (const { page } of pair) {
        await page.evaluate(() => {
          const [peer] = globalThis.call.peers.values()
          Object.assign(globalThis, { streams: [peer?.stream('user'), peer?.stream('screen')] })
        })
      }
      await ada.breakConnection('Bo')
      await Promise.all([ada.isTold('Bo reconnecting'), bo.isTold('Ada reconnecting')])
      await seeEachOther(pair)
      await bo.page.evaluate(() => globalThis.told.splice(0))
      await bo.breakConnection('Ada')
      await bo.isTold('Ada live')
      await seeEachOther(pair)
      for (const { page } of pair) {
        t.ok(
          await page.evaluate(() => {
            const [peer] = globalThis.call.peers.values()
            const streams: unknown = Reflect.get(globalThis, 'streams')
            if (!Array.isArray(streams) || peer === undefined) return false
            const live = peer
              .stream()
              .getTracks()
              .filter(({ readyState }) => readyState === 'live')
            return streams[0] === peer.stream() && streams[1] === peer.stream('screen') && live.length === 2
          }),
          'in the same streams, with live tracks alone in them',
        )
      }
      await repeatFirstSignals(t, ada)
      await seeEachOther(pair)
      for (const member of pair) {
        const told = await member.told()
        t.strictSame(
          told.filter((line) => /^(left|error)/.test(line)),
          [],
          'nobody has left',
        )
      }
    })
  }
})

/** What was said of the first connection comes once more, from somewhere: it is of no effect on the present one. */
async function repeatFirstSignals(t: Test, { page }: Member): Promise<void> {
  const said = await page.evaluate(async () => {
    const [peer] = globalThis.call.peers.values()
    const before = peer?.pc
    const { socket } = globalThis
    const answers: string[] = []
    const send = socket.send.bind(socket)
    socket.send = (text) => {
      if (/"type":"(answer|restart)"/.test(String(text))) answers.push(String(text))
      send(text)
    }
    const signals = globalThis.socketLog
      .map((text) => JSON.parse(text))
      .filter(({ type, gen }) => gen === 1 && (type === 'offer' || type === 'ice'))
    const restart = { type: 'restart', from: signals[0]?.from, gen: 1 }
    for (const { seq: _seq, prev: _prev, ...signal } of [...signals, restart, { ...restart, rebuild: true }]) {
      socket.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(signal) }))
    }
    await new Promise((resolve) => setTimeout(resolve, 500))
    return { count: signals.length, answers, isSame: peer?.pc === before, state: peer?.pc.signalingState }
  })
  t.ok(said.count > 1, `${said.count} signals`)
  t.strictSame({ ...said, count: 0 }, { count: 0, answers: [], isSame: true, state: 'stable' })
}

t.test('who cannot be reached is said once, tried again, and live when there is a way', async (t) => {
  const browser = await openBrowser('chromium')
  const { url } = await startService(t)
  const ada = await Member.join(t, browser, url, { room: 'a', name: 'Ada' })
  const end = loseUdp(t)
  const bo = await Member.join(t, browser, url, { room: 'a', name: 'Bo' })
  // Longer than Playwright waits for anything.
  while (!(await ada.told()).includes('Bo failed')) await ada.page.waitForTimeout(200)
  await bo.isTold('Ada failed')
  // Tried again meanwhile, by the one who makes the offers.
  await bo.page.waitForFunction(
    () => {
      const [peer] = globalThis.call.peers.values()
      Object.assign(globalThis, { unreached: Reflect.get(globalThis, 'unreached') ?? peer?.pc })
      return peer?.pc !== Reflect.get(globalThis, 'unreached')
    },
    undefined,
    { polling: 200 },
  )
  end()
  await Promise.all([ada.isTold('Bo live'), bo.isTold('Ada live')])
  await seeEachOther([ada, bo])
  for (const member of [ada, bo]) {
    const told = (await member.told()).filter((line) => /^(left|error)/.test(line))
    t.equal(told.length, 1)
    t.match(told, [/^error ice-failed/])
  }
})

t.test('a peer that vanishes without a goodbye is gone after a while', async (t) => {
  const browser = await openBrowser('chromium')
  const { url } = await startService(t, { resumeWindowMs: 10_000 })
  const mortal = await openMortalBrowser(t)
  const [ada] = await startPair(t, url, 'a', [browser, mortal.browser])
  await mortal.kill()
  const start = performance.now()
  await ada.isTold('left Bo disconnected')
  t.comment(`after ${Math.round(performance.now() - start)} ms`)
  t.equal(await ada.page.evaluate(() => globalThis.call.peers.size), 0)
})

t.test('who loses the socket, the seat and the media at once comes back into the same tile', async (t) => {
  const browser = await openBrowser('chromium')
  const { url } = await startService(t, { resumeWindowMs: 200 })
  const pair = await startPair(t, url, 'a', [browser, browser])
  const [ada, bo] = pair
  await ada.page.evaluate(() => {
    const [peer] = globalThis.call.peers.values()
    Object.assign(globalThis, { stream: peer?.stream() })
  })
  const end = loseUdp(t)
  await ada.isTold('Bo unstable')
  await bo.cutOff()
  await ada.hasHeard('peer-left')
  await bo.endCutOff()
  await bo.isTold('signaling open')
  end()
  await seeEachOther(pair)
  t.notOk((await ada.told()).includes('left Bo disconnected'))
  t.ok(
    await ada.page.evaluate(() => {
      const [peer] = globalThis.call.peers.values()
      return globalThis.call.peers.size === 1 && peer?.stream() === Reflect.get(globalThis, 'stream')
    }),
  )
})

t.test('who loses the socket and the media at once, as on another network, has lost nothing', async (t) => {
  const browser = await openBrowser('chromium')
  const { url } = await startService(t)
  const pair = await startPair(t, url, 'a', [browser, browser])
  const [ada, bo] = pair
  const end = loseUdp(t)
  await bo.cutOff()
  await Promise.all([ada.isTold('Bo unstable'), bo.isTold('Ada unstable')])
  // What is said now waits, also for a way to say it.
  await bo.page.evaluate(() => globalThis.call.update({ metadata: { hand: 'up' } }))
  await bo.endCutOff()
  await bo.isTold('signaling open')
  end()
  await seeEachOther(pair)
  t.strictSame(await ada.page.evaluate(() => [...globalThis.call.peers.values()].map(({ metadata }) => metadata)), [
    { hand: 'up' },
  ])
  for (const member of pair) {
    t.strictSame(
      (await member.told()).filter((line) => /^(left|end)/.test(line)),
      [],
    )
  }
})
