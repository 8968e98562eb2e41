import type { Page } from 'playwright-core'
import t from 'tap'
import type { applyPlan, VideoPlan } from '../../public/sdk/adaptation.js'
import { startService } from '../helper.js'
import { openBrowser, Person } from './browsers.js'

declare global {
  /** The page's own function, and two connections within the page, over which one picture goes. */
  var video: {
    readonly applyPlan: typeof applyPlan
    readonly sender: RTCRtpSender
    readonly from: RTCPeerConnection
    readonly to: RTCPeerConnection
  }
}

/** What arrives. */
interface Arrived {
  readonly timestampMs: number
  readonly frames: number
  readonly bytes: number
  readonly height: number
}

/** Not `balanced`: that begins with a small picture where the bitrate has to be found, and takes half a minute in Firefox. */
const full: VideoPlan = {
  isActive: true,
  maxBitrateKbps: 1000,
  scaleResolutionDownBy: 1,
  maxFramerate: 30,
  degradationPreference: 'maintain-resolution',
}

async function connect(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const at = '/sdk/adaptation.js'
    const { applyPlan } = await import(at)
    // It moves so much that it takes whatever bitrate it is given.
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 })
    const context = canvas.getContext('2d')
    const draw = (): void => {
      if (context === null) return
      for (let n = 0; n < 20; n += 1) {
        context.fillStyle = `hsl(${Math.random() * 360} 80% 50%)`
        context.fillRect(Math.random() * 320, Math.random() * 240, 50, 50)
      }
    }
    setInterval(draw, 33)
    const [track] = canvas.captureStream(30).getVideoTracks()
    const [from, to] = [new RTCPeerConnection(), new RTCPeerConnection()]
    const { sender } = from.addTransceiver(track ?? 'video', { direction: 'sendonly' })
    // With all candidates in the descriptions none can overtake them.
    const describe = async (pc: RTCPeerConnection): Promise<RTCSessionDescription> => {
      await pc.setLocalDescription()
      while (pc.iceGatheringState !== 'complete')
        await new Promise((resolve) => pc.addEventListener('icegatheringstatechange', resolve, { once: true }))
      if (pc.localDescription === null) throw new Error('it is gone again')
      return pc.localDescription
    }
    await to.setRemoteDescription(await describe(from))
    await from.setRemoteDescription(await describe(to))
    globalThis.video = { applyPlan, sender, from, to }
  })
}

function apply(page: Page, plan: VideoPlan): Promise<boolean> {
  return page.evaluate((plan) => video.applyPlan(video.sender, plan), plan)
}

function arrived(page: Page): Promise<Arrived> {
  return page.evaluate(async () => {
    for (const stats of (await video.to.getStats()).values()) {
      if (stats.type !== 'inbound-rtp') continue
      const {
        timestamp: timestampMs,
        framesDecoded: frames = 0,
        bytesReceived: bytes = 0,
        frameHeight: height = 0,
      } = stats
      return { timestampMs, frames, bytes, height }
    }
    return { timestampMs: 0, frames: 0, bytes: 0, height: 0 }
  })
}

/** Looks twice in a second, until what has come between two looks is as it should be. */
async function until(page: Page, isSeen: (now: Arrived, before: Arrived, seconds: number) => boolean): Promise<void> {
  for (let before = await arrived(page); ; ) {
    await page.waitForTimeout(500)
    const now = await arrived(page)
    if (now.timestampMs > before.timestampMs && isSeen(now, before, (now.timestampMs - before.timestampMs) / 1000))
      return
    before = now
  }
}

const framerate = (now: Arrived, before: Arrived, seconds: number) => (now.frames - before.frames) / seconds
const kbps = (now: Arrived, before: Arrived, seconds: number) => ((now.bytes - before.bytes) * 8) / 1000 / seconds

for (const name of ['chromium', 'firefox'] as const) {
  t.test(`a plan changes what arrives, in ${name}`, { timeout: 90_000 }, async (t) => {
    const { url } = await startService(t)
    const { page } = await Person.open(t, await openBrowser(name), url)
    await connect(page)

    t.ok(await apply(page, full))
    await until(page, (...looks) => looks[0].height === 240 && framerate(...looks) > 8)
    t.ok(await apply(page, { ...full, scaleResolutionDownBy: 2 }), 'half as high')
    await until(page, (now) => now.height === 120)
    t.ok(await apply(page, { ...full, scaleResolutionDownBy: 2, maxFramerate: 5 }), 'five frames in a second')
    await until(page, (...looks) => looks[0].frames > looks[1].frames && framerate(...looks) < 7)
    t.ok(await apply(page, { ...full, isActive: false }), 'nothing at all')
    await until(page, (now, before) => now.frames === before.frames && now.bytes - before.bytes < 2000)
    t.ok(await apply(page, full), 'everything again')
    await until(page, (...looks) => framerate(...looks) > 8 && kbps(...looks) > 300)
    t.ok(await apply(page, { ...full, maxBitrateKbps: 100 }), 'few bits')
    await until(page, (...looks) => looks[0].frames > looks[1].frames && kbps(...looks) < 200)

    const seen = await page.evaluate(async (full) => {
      const { sender, applyPlan } = video
      const set = sender.setParameters.bind(sender)
      let calls = 0
      sender.setParameters = (parameters) => {
        calls += 1
        return set(parameters)
      }
      const scaled = (scaleResolutionDownBy: number): VideoPlan => ({ ...full, scaleResolutionDownBy })
      const burst = await Promise.all(Array.from({ length: 20 }, (_, n) => applyPlan(sender, scaled(n + 1))))
      const callsOfBurst = calls
      await applyPlan(sender, scaled(20))
      const callsOfSame = calls - callsOfBurst
      const { track } = sender
      const applied: Promise<unknown>[] = []
      for (let n = 1; n <= 20; n += 1) {
        applied.push(applyPlan(sender, scaled(n)), sender.replaceTrack(n % 2 === 0 ? track : null))
        await Promise.race([applied.at(-1), applied.at(-2)])
      }
      const areApplied = [...burst, ...(await Promise.all(applied))].every((isApplied) => isApplied !== false)
      const scale = sender.getParameters().encodings[0]?.scaleResolutionDownBy
      const ended = [applyPlan(sender, full)]
      video.from.close()
      ended.push(applyPlan(sender, scaled(2)))
      return { callsOfBurst, callsOfSame, areApplied, scale, ended: await Promise.all(ended) }
    }, full)
    t.match(seen, { callsOfBurst: 1, callsOfSame: 0 }, 'of plans that wait only the last is applied, and only once')
    t.match(seen, { areApplied: true, scale: 20 }, "and replaceTrack is in nobody's way")
    t.equal(seen.ended.at(-1), false, 'a closed connection is no error')
  })
}
