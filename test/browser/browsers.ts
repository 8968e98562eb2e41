import { existsSync, mkdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, firefox, type Page } from 'playwright-core'
import type { Test } from 'tap'
import type { Call } from '../../public/sdk/index.js'
import { recordCoverage } from './coverage.js'

declare global {
  /** The call that the page has begun, caught from its `signalbox:call` event. */
  var signalboxCall: Call | undefined
}

export type BrowserName = 'chromium' | 'firefox'

/** What one side has received of the other since the call began. */
export interface Received {
  readonly framesDecoded: number
  readonly audioSamples: number
  readonly audioEnergy: number
}

const screenshotFolder = fileURLToPath(new URL('../../../artifacts/screenshots/', import.meta.url))

const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection',
]
const mediaArguments = {
  given: ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
  refused: ['--use-fake-device-for-media-stream', '--deny-permission-prompts'],
  absent: ['--use-fake-ui-for-media-stream'],
  several: ['--use-fake-device-for-media-stream=device-count=2', '--use-fake-ui-for-media-stream'],
}

const firefoxPreferences = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
}

/**
 * Starts a browser.
 *
 * @param media  a fake camera and microphone: given without asking; in Chromium also refused, not there, or two of each
 */
export async function openBrowser(
  t: Test,
  name: BrowserName,
  media: keyof typeof mediaArguments = 'given',
): Promise<Browser> {
  const browser = await (name === 'chromium'
    ? chromium.launch({
        executablePath: programOnPath('chromium', 'chromium-browser', 'google-chrome'),
        args: [...chromiumArguments, ...mediaArguments[media]],
      })
    : firefox.launch({
        channel: 'moz-firefox',
        executablePath: programOnPath('firefox-esr', 'firefox'),
        firefoxUserPrefs: firefoxPreferences,
      }))
  t.teardown(() => browser.close())
  return browser
}

function programOnPath(...names: string[]): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path))
  if (found === undefined) throw new Error(`none of ${names.join(', ')} is installed`)
  return found
}

/** Somebody in front of a browser window. */
export class Person {
  readonly page: Page
  /** What the page has written to the console as errors. */
  readonly complaints: string[] = []

  private constructor(page: Page) {
    this.page = page
    page.on('pageerror', (error) => this.complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text())
    })
  }

  /**
   * A window of its own, with nothing remembered.
   *
   * @param options  `prepare` runs in every page before its own scripts: it makes the browser refuse or fail
   */
  static async open(
    t: Test,
    browser: Browser,
    url: string,
    { prepare, ...options }: BrowserContextOptions & { readonly prepare?: () => void } = {},
  ): Promise<Person> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
    if (prepare !== undefined) await context.addInitScript(prepare)
    t.teardown(() => context.close())
    await context.addInitScript(() => {
      document.addEventListener('signalbox:call', (event) => {
        if (event instanceof CustomEvent) globalThis.signalboxCall = event.detail.call
      })
    })
    const page = await context.newPage()
    if (browser.browserType().name() === 'chromium') t.teardown(await recordCoverage(page))
    const person = new Person(page)
    await person.page.goto(url.replace(/^ws/, 'http'))
    return person
  }

  /** Fills in the lobby and joins. Resolves when the page says that it is in. */
  async join(room: string, name = ''): Promise<void> {
    await this.page.fill('#room', room)
    await this.page.fill('#name', name)
    await this.page.click('#join')
    await this.view('call')
  }

  async view(name: 'lobby' | 'call' | 'end'): Promise<void> {
    await this.page.waitForSelector(`html[data-view="${name}"]`, { state: 'attached' })
  }

  async state(name: string): Promise<void> {
    await this.page.waitForSelector(`html[data-state="${name}"]`, { state: 'attached' })
  }

  /** Waits until the page's live region says this sentence. */
  async isTold(sentence: string): Promise<void> {
    await this.page.waitForFunction((text) => document.querySelector('#status')?.textContent === text, sentence)
  }

  async received(): Promise<Received> {
    return this.page.evaluate(async () => {
      const sum = { framesDecoded: 0, audioSamples: 0, audioEnergy: 0 }
      for (const peer of globalThis.signalboxCall?.peers.values() ?? []) {
        for (const report of (await peer.pc.getStats()).values()) {
          if (report.type !== 'inbound-rtp') continue
          sum.framesDecoded += report.framesDecoded ?? 0
          sum.audioSamples += report.totalSamplesReceived ?? 0
          sum.audioEnergy += report.totalAudioEnergy ?? 0
        }
      }
      return sum
    })
  }

  /** Waits until so many more frames have been decoded and sound, not silence, has come. */
  async seesAndHears(moreFrames = 20): Promise<Received> {
    const before = await this.received()
    for (;;) {
      const now = await this.received()
      const isEnough =
        now.framesDecoded >= before.framesDecoded + moreFrames ||
        (now.framesDecoded < before.framesDecoded && now.framesDecoded >= moreFrames)
      if (isEnough && now.audioSamples > 0 && now.audioEnergy > 0) return now
      await this.page.waitForTimeout(50)
    }
  }

  /** Kept beside the test's other artifacts, for people to look at. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(screenshotFolder, { recursive: true })
    await this.page.screenshot({ path: join(screenshotFolder, `${name}.png`) })
  }
}
