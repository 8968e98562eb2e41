import t, { type Test } from 'tap'
import type { Slot } from '../../public/sdk/index.js'
import { Client, startService } from '../helper.js'
import { openBrowser } from './browsers.js'
import { Member } from './member.js'

/** Counts offers and answers from now on. */
async function countNegotiations({ page }: Member): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const counter = { negotiations: 0 }
    Object.assign(globalThis, { counter })
    for (const { pc } of globalThis.call.peers.values()) {
      pc.addEventListener('signalingstatechange', () => {
        counter.negotiations += 1
      })
    }
  })
  return () => page.evaluate(() => Reflect.get(Reflect.get(globalThis, 'counter'), 'negotiations'))
}

function hears(member: Member, from: string, slot: Slot, expected: boolean): Promise<unknown> {
  return member.page.waitForFunction(
    ([from, slot, expected]) =>
      [...globalThis.call.peers.values()].some((peer) => peer.name === from && peer.isSending(slot) === expected),
    [from, slot, expected] as const,
  )
}

/** The size of the picture that a slot brings, once there is one that fits. */
async function pictureIs(member: Member, kind: 'user' | 'screen', width: number, height: number): Promise<void> {
  await member.page.waitForFunction(
    ([kind, ratio]) => {
      const [peer] = globalThis.call.peers.values()
      const video = [...document.querySelectorAll('video')].find(({ srcObject }) => srcObject === peer?.stream(kind))
      return (
        video !== undefined && video.videoWidth > 0 && Math.abs(video.videoWidth / video.videoHeight - ratio) < 0.05
      )
    },
    [kind, width / height] as const,
  )
}

async function startRoom(t: Test, names: readonly string[], firefoxAt = -1): Promise<Member[]> {
  const { url } = await startService(t)
  const chromium = await openBrowser('chromium')
  const firefox = firefoxAt === -1 ? undefined : await openBrowser('firefox')
  const members: Member[] = []
  for (const [index, name] of names.entries()) {
    const browser = (index === firefoxAt ? firefox : undefined) ?? chromium
    members.push(await Member.join(t, browser, url, { room: 'r', name, capacity: names.length }))
  }
  await Promise.all(
    members.map(async (member, index) => {
      const others = names.filter((_, other) => other !== index)
      await member.sees(others)
      await member.hears(others)
    }),
  )
  return members
}

/** In which codecs the pictures of a slot go out, to all others together. */
function sentAs(member: Member, slot: 'camera' | 'screen'): Promise<string[]> {
  return member.page.evaluate(async (slot) => {
    const codecs = new Set<string>()
    for (const { pc } of globalThis.call.peers.values()) {
      // The slots stand in one order for all.
      const sender = pc.getTransceivers()[slot === 'camera' ? 1 : 2]?.sender
      const report = await sender?.getStats()
      for (const stats of report?.values() ?? []) {
        if (stats.type === 'outbound-rtp') codecs.add(report?.get(stats.codecId)?.mimeType)
      }
    }
    return [...codecs]
  }, slot)
}

t.test(
  'in a room of Chromium and Firefox all see and hear each other; a screen is shared with everybody, and ends',
  async (t) => {
    const [ada, bo, cy] = await startRoom(t, ['Ada', 'Bo', 'Cy'], 2)
    if (ada === undefined || bo === undefined || cy === undefined) throw new Error('three were asked for')
    const negotiations = await Promise.all([bo, cy].map(countNegotiations))
    await ada.page.evaluate(() => globalThis.call.shareScreen({ audio: false }))
    await Promise.all([hears(bo, 'Ada', 'screen', true), hears(cy, 'Ada', 'screen', true)])
    await Promise.all([bo.sees(['Ada'], 5, 'screen'), cy.sees(['Ada'], 5, 'screen')])
    t.strictSame(
      await ada.page.evaluate(() =>
        Array.from(globalThis.call.peers.values(), ({ pc }) => {
          const sender = pc.getSenders().find(({ track }) => track?.getSettings().displaySurface !== undefined)
          return [sender?.track?.contentHint, sender?.getParameters().degradationPreference]
        }),
      ),
      Array(2).fill(['detail', 'maintain-resolution']),
      'its text stays sharp',
    )
    t.strictSame(
      await Promise.all([sentAs(ada, 'camera'), sentAs(ada, 'screen'), sentAs(cy, 'camera')]),
      [['video/VP8'], ['video/VP9'], ['video/VP8']],
      'each in the codec that suits it',
    )
    // The camera goes on beside it.
    await Promise.all([bo.sees(['Ada']), cy.sees(['Ada'])])

    // By the browser's own button; there is none here to press.
    await ada.page.evaluate(async () => {
      const ended = new Promise((resolve) => globalThis.call.on('ended', ({ slot }) => resolve(slot)))
      const [peer] = globalThis.call.peers.values()
      for (const { track } of peer?.pc.getSenders() ?? []) {
        if (track?.kind !== 'video' || track.getSettings().displaySurface === undefined) continue
        track.stop()
        track.dispatchEvent(new Event('ended'))
      }
      if ((await ended) !== 'screen') throw new Error('another slot ended')
    })
    await Promise.all([hears(bo, 'Ada', 'screen', false), hears(cy, 'Ada', 'screen', false)])
    await ada.page.evaluate(() => globalThis.call.shareScreen())
    await Promise.all([bo.sees(['Ada'], 5, 'screen'), cy.sees(['Ada'], 5, 'screen')])
    await ada.page.evaluate(() => globalThis.call.stopScreen())
    await Promise.all([hears(bo, 'Ada', 'screen', false), hears(cy, 'Ada', 'screen', false)])
    const live = await ada.page.evaluate(
      () =>
        [...globalThis.call.peers.values()].flatMap(({ pc }) =>
          pc.getSenders().filter(({ track }) => track?.getSettings().displaySurface !== undefined),
        ).length,
    )
    t.equal(live, 0, 'nothing captures the screen any more')
    t.strictSame(await Promise.all(negotiations.map((count) => count())), [0, 0], 'without a negotiation')
  },
)

t.test('another track takes the place of one, and mutes arrive', async (t) => {
  const [ada, bo] = await startRoom(t, ['Ada', 'Bo'], 1)
  if (ada === undefined || bo === undefined) throw new Error('two were asked for')
  const negotiations = await Promise.all([ada, bo].map(countNegotiations))
  for (const [name, teller, hearer] of [
    ['Ada', ada, bo],
    ['Bo', bo, ada],
  ] as const) {
    await pictureIs(hearer, 'user', 4, 3)
    await teller.page.evaluate(async () => {
      const canvas = document.createElement('canvas')
      Object.assign(canvas, { width: 160, height: 320 })
      const context = canvas.getContext('2d')
      setInterval(() => context?.fillRect(Math.random() * 160, Math.random() * 320, 9, 9), 50)
      await globalThis.call.publish('camera', canvas.captureStream(20).getVideoTracks()[0] ?? null)
    })
    await pictureIs(hearer, 'user', 160, 320)
    for (const slot of ['mic', 'camera'] as const) {
      await teller.page.evaluate((slot) => globalThis.call.mute(slot, true), slot)
      await hears(hearer, name, slot, false)
      await teller.page.evaluate((slot) => globalThis.call.mute(slot, false), slot)
      await hears(hearer, name, slot, true)
    }
    await teller.page.evaluate(() => globalThis.call.publish('camera', null))
    await hears(hearer, name, 'camera', false)
    await teller.page.evaluate(() => globalThis.call.mute('mic', true))
    await hears(hearer, name, 'mic', false)
  }
  t.strictSame(await Promise.all(negotiations.map((count) => count())), [0, 0])
})

/** The picture that comes from somebody now: how high, and how many frames have been decoded. */
function picture({ page }: Member, from: string): Promise<{ height: number; frames: number }> {
  return page.evaluate(async (from) => {
    const peer = [...globalThis.call.peers.values()].find(({ name }) => name === from)
    const [track] = peer?.stream().getVideoTracks() ?? []
    const receiver = peer?.pc.getReceivers().find((receiver) => receiver.track === track)
    let [height, frames] = [0, 0]
    for (const stats of (await receiver?.getStats())?.values() ?? []) {
      if (stats.type === 'inbound-rtp') [height, frames] = [stats.frameHeight ?? 0, stats.framesDecoded ?? 0]
    }
    return { height, frames }
  }, from)
}

async function heightBecomes(member: Member, from: string, isRight: (height: number) => boolean): Promise<void> {
  while (!isRight((await picture(member, from)).height)) await member.page.waitForTimeout(50)
}

t.test('nobody sends more than is seen: pictures are as large as the other side shows them', async (t) => {
  const [ada, bo] = await startRoom(t, ['Ada', 'Bo'], 1)
  if (ada === undefined || bo === undefined) throw new Error('two were asked for')
  for (const [sender, viewer] of [
    ['Bo', ada],
    ['Ada', bo],
  ] as const) {
    await heightBecomes(viewer, sender, (height) => height === 240)
    const want = (height: number): Promise<void> =>
      viewer.page.evaluate((height) => {
        for (const peer of globalThis.call.peers.values()) peer.want('camera', height)
      }, height)
    await want(120)
    await heightBecomes(viewer, sender, (height) => height <= 120)
    await want(0)
    // What is under way still arrives; then nothing, and that is no trouble.
    let last = -1
    for (;;) {
      const { frames } = await picture(viewer, sender)
      if (frames === last) break
      last = frames
      await viewer.page.waitForTimeout(1000)
    }
    await viewer.page.waitForTimeout(5000)
    t.equal((await picture(viewer, sender)).frames, last, 'a picture that nobody sees is not sent')
    t.notOk((await viewer.told()).some((line) => line.endsWith('unstable')))
    await want(240)
    await viewer.sees([sender])
  }
})

t.test('the more there are, the less each picture costs', async (t) => {
  const { url } = await startService(t)
  const chromium = await openBrowser('chromium')
  const ada = await Member.open(t, chromium, url)
  await ada.join({ room: 'r', capacity: 4 })
  // As large as a camera's, and still: it costs nothing.
  await ada.page.evaluate(async () => {
    const canvas = document.createElement('canvas')
    Object.assign(canvas, { width: 1280, height: 720 })
    canvas.getContext('2d')?.fillRect(0, 0, 9, 9)
    await globalThis.call.publish('camera', canvas.captureStream(1).getVideoTracks()[0] ?? null)
  })
  /** What each picture may cost at most, in kbit/s, and the parts that its sides are divided into. */
  const bounds = (): Promise<(readonly [number, number])[]> =>
    ada.page.evaluate(() =>
      [...globalThis.call.peers.values()].map(({ pc }) => {
        const sender = pc.getSenders().find(({ track }) => track?.kind === 'video')
        const [encoding] = sender?.getParameters().encodings ?? []
        return [(encoding?.maxBitrate ?? 0) / 1000, encoding?.scaleResolutionDownBy ?? 0] as const
      }),
    )
  for (const [count, expected] of [
    [1, [1700, 1]],
    [2, [800, 720 / 540]],
    [3, [450, 2]],
  ] as const) {
    const member = await Member.open(t, chromium, url)
    await member.join({ room: 'r', name: `${count}` })
    const all = Array.from({ length: count }, () => expected)
    let now: unknown
    do {
      await ada.page.waitForTimeout(50)
      now = await bounds()
    } while (JSON.stringify(now) !== JSON.stringify(all))
    t.strictSame(now, all)
  }
})

t.test('what a picture may cost follows the uplink, and the way to who gets it', async (t) => {
  const { url } = await startService(t)
  const chromium = await openBrowser('chromium')
  const ada = await Member.open(t, chromium, url)
  await ada.join({ room: 'r', name: 'Ada', uplinkKbps: 248 })
  await ada.publish()
  const bo = await Member.join(t, chromium, url, { room: 'r', name: 'Bo' })
  await bo.sees(['Ada'])
  const bitrate = (): Promise<number> =>
    ada.page.evaluate(() => {
      const [peer] = globalThis.call.peers.values()
      const sender = peer?.pc.getSenders().find(({ track }) => track?.kind === 'video')
      return sender?.getParameters().encodings[0]?.maxBitrate ?? 0
    })
  t.equal(await bitrate(), 200_000, 'what is left beside the sound')
  // As if a queue were filling somewhere.
  await ada.page.evaluate(() => {
    const [peer] = globalThis.call.peers.values()
    if (peer === undefined) throw new Error('Bo is here')
    const getStats = peer.pc.getStats.bind(peer.pc)
    let asked = 0
    peer.pc.getStats = async () => {
      const report = new Map((await getStats()).entries())
      asked += 1
      for (const [id, stats] of report) {
        if (stats.type === 'remote-inbound-rtp') report.set(id, { ...stats, roundTripTime: asked < 4 ? 0.05 : 0.9 })
      }
      return report
    }
  })
  while ((await bitrate()) > 100_000) await ada.page.waitForTimeout(50)
})

t.test('of two changes that follow each other at once the later one holds', async (t) => {
  const [ada, bo] = await startRoom(t, ['Ada', 'Bo'])
  if (ada === undefined || bo === undefined) throw new Error('two were asked for')
  const sent = await ada.page.evaluate(async () => {
    const [peer] = globalThis.call.peers.values()
    const camera = peer?.pc.getSenders().find(({ track }) => track?.kind === 'video')
    const former = camera?.track ?? null
    await globalThis.call.publish('camera', null)
    await Promise.all([globalThis.call.publish('camera', former), globalThis.call.publish('camera', null)])
    return camera?.track ?? null
  })
  t.equal(sent, null, 'a camera that was switched off is not sent')
})

t.test('a peer that refuses a slot keeps nothing from the others', async (t) => {
  const [ada, bo, cy] = await startRoom(t, ['Ada', 'Bo', 'Cy'])
  if (ada === undefined || bo === undefined || cy === undefined) throw new Error('three were asked for')
  await ada.page.evaluate(() => {
    // As after an answer that rejects the m-lines of the screen.
    for (const { name, pc } of globalThis.call.peers.values()) {
      if (name === 'Bo') for (const transceiver of pc.getTransceivers().slice(2)) transceiver.stop()
    }
  })
  await ada.page.evaluate(() => globalThis.call.shareScreen({ audio: false }))
  await cy.sees(['Ada'], 5, 'screen')
  await Promise.all([bo.sees(['Ada']), cy.sees(['Ada'])])
})

t.test('the service and the others are told of changes, and of nothing else', async (t) => {
  const { url } = await startService(t)
  const bo = await Client.join(t, url, 'r', { updates: true })
  const ada = await Member.open(t, await openBrowser('chromium'), url)
  await ada.join({ room: 'r' })
  await ada.publish()
  /** What has come once this has come. */
  const toldUntil = async (mic: boolean): Promise<unknown[]> => {
    const told: { mic?: boolean; camera?: boolean }[] = []
    while (told.at(-1)?.mic !== mic || told.at(-1)?.camera !== true) {
      for (const message of await bo.rest()) if (message.type === 'peer-updated') told.push(message.media ?? {})
    }
    return told
  }
  await toldUntil(true)
  await ada.page.evaluate(async () => {
    for (let n = 0; n < 5; n += 1) await globalThis.call.mute('mic', true)
    await globalThis.call.mute('camera', false)
  })
  t.strictSame(await toldUntil(false), [{ mic: false, camera: true, screen: false }])
})

t.test('a screen that was published without shareScreen is empty, too, when its track has ended', async (t) => {
  const [ada, bo] = await startRoom(t, ['Ada', 'Bo'])
  if (ada === undefined || bo === undefined) throw new Error('two were asked for')
  await ada.page.evaluate(async () => {
    const [track = null] = document.createElement('canvas').captureStream().getVideoTracks()
    Object.assign(globalThis, { track })
    await globalThis.call.publish('screen', track)
  })
  await hears(bo, 'Ada', 'screen', true)
  await ada.page.evaluate(() => {
    const track: unknown = Reflect.get(globalThis, 'track')
    if (track instanceof MediaStreamTrack) track.dispatchEvent(new Event('ended'))
  })
  await hears(bo, 'Ada', 'screen', false)
})
