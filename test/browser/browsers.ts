import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, firefox, type Page } from 'playwright-core'
import root, { type Test } from 'tap'
import type { Call } from '../../public/sdk/index.js'
import { recordCoverage } from './coverage.js'

declare global {
  /** The call that the page has begun, caught from its `signalbox:call` event. */
  var signalboxCall: Call | undefined
  /** What the page's live region has said, up to what the test has asked for last. */
  var saidSentences: string[]
}

export type BrowserName = 'chromium' | 'firefox'

/** What one side has received of the other since the call began. */
export interface Received {
  readonly framesDecoded: number
  readonly audioSamples: number
  readonly audioEnergy: number
}

const screenshotFolder = fileURLToPath(new URL('../../../artifacts/screenshots/', import.meta.url))

const loopback = '--allow-loopback-in-peer-connection'
/**
 * What Chromium makes of its own for each window, and nobody sees here: two more pages for the address bar alone, which
 * cost as much as the call page. The list is in the place of Playwright's, so what that holds off is here, too.
 */
const unseenFeatures = [
  'AimEnabled',
  'DialMediaRouteProvider',
  'GlobalMediaControls',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'Translate',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxPopup',
]
const chromiumArguments = [
  '--no-sandbox',
  // Nobody listens; what is decoded is counted before.
  '--mute-audio',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  `--disable-features=${unseenFeatures.join()}`,
  loopback,
]
/** Pictures cost more than anything else here, and fewer of them prove as much. */
const framesPerSecond = 12
const mediaArguments = {
  given: [`--use-fake-device-for-media-stream=fps=${framesPerSecond}`, '--use-fake-ui-for-media-stream'],
  /** Also of a certificate that nobody known has signed. */
  trusting: [
    `--use-fake-device-for-media-stream=fps=${framesPerSecond}`,
    '--use-fake-ui-for-media-stream',
    '--ignore-certificate-errors',
  ],
  refused: ['--use-fake-device-for-media-stream', '--deny-permission-prompts'],
  absent: ['--use-fake-ui-for-media-stream'],
  /** No camera, and no sound before the person has done something on the page. */
  guarded: ['--use-fake-ui-for-media-stream', '--autoplay-policy=document-user-activation-required'],
  several: [
    `--use-fake-device-for-media-stream=device-count=2,fps=${framesPerSecond}`,
    '--use-fake-ui-for-media-stream',
  ],
}

const firefoxPreferences = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
  // Each window is as if it were the one that the person is in.
  'focusmanager.testmode': true,
  'media.navigator.video.default_fps': framesPerSecond,
  // How often anything is drawn: without a graphics card that costs more than the call.
  'layout.frame_rate': framesPerSecond,
}

/** Where it is not to give them. */
const firefoxMedia: Partial<Record<keyof typeof mediaArguments, Record<string, number | boolean>>> = {
  refused: {
    'media.navigator.permission.disabled': false,
    'permissions.default.camera': 2,
    'permissions.default.microphone': 2,
  },
  absent: { 'media.navigator.streams.fake': false },
}

/** The address of this machine's network card: Firefox takes no address of its loopback for one that others can reach. */
export function ownAddress(): string {
  for (const addresses of Object.values(networkInterfaces())) {
    for (const { address, family, internal } of addresses ?? []) if (family === 'IPv4' && !internal) return address
  }
  throw new Error('no network card has an IPv4 address')
}

/** Where Firefox puts what it downloads: Playwright tells of no download there that began without a navigation. */
export const firefoxDownloads = join(tmpdir(), `signalbox-downloads-${process.pid}`)

const browsers = new Map<string, Promise<Browser>>()

/**
 * A browser: one of each kind for all tests of a suite, as starting one costs as much as a call. Each context of it is new, and
 * remembers nothing of another.
 *
 * @param media  a fake camera and microphone: given without asking, refused, or not there; in Chromium also two of each, or
 *               `guarded`: not there, and sound only after a click
 */
export function openBrowser(name: BrowserName, media: keyof typeof mediaArguments = 'given'): Promise<Browser> {
  const kind = `${name} ${media}`
  const browser = browsers.get(kind) ?? launch(name, media)
  browsers.set(kind, browser)
  return browser
}

/** Closes all of them, where no test does it at its end; the next ones are new. */
export async function closeBrowsers(): Promise<void> {
  for (const browser of browsers.values()) await (await browser).close()
  browsers.clear()
}

async function launch(name: BrowserName, media: keyof typeof mediaArguments): Promise<Browser> {
  if (name === 'firefox') mkdirSync(firefoxDownloads, { recursive: true })
  const browser = await (name === 'chromium'
    ? chromium.launch(chromiumOptions(mediaArguments[media]))
    : firefox.launch({
        channel: 'moz-firefox',
        executablePath: programOnPath('firefox-esr', 'firefox'),
        firefoxUserPrefs: { ...firefoxPreferences, ...firefoxMedia[media] },
        downloadsPath: firefoxDownloads,
      }))
  root.teardown(async () => {
    await browser.close()
    if (name === 'firefox') rmSync(firefoxDownloads, { recursive: true, force: true })
  })
  return browser
}

/** Starts a Chromium that can be killed as the kernel kills a program, without a goodbye to anybody. */
export async function openMortalBrowser(t: Test): Promise<{ browser: Browser; kill(): Promise<void> }> {
  const server = await chromium.launchServer(chromiumOptions(mediaArguments.given))
  t.teardown(() => server.kill())
  return { browser: await chromium.connect(server.wsEndpoint()), kill: () => server.kill() }
}

/** Starts a Chromium that keeps a page that one goes back to, as it does for people; for Playwright it does not. */
export async function openCachingBrowser(t: Test): Promise<Browser> {
  const ignoreDefaultArgs = ['--disable-back-forward-cache']
  const browser = await chromium.launch({ ...chromiumOptions(mediaArguments.given), ignoreDefaultArgs })
  t.teardown(() => browser.close())
  return browser
}

/**
 * Starts a Chromium that reaches others by the network card alone, as on two machines; in the other ones loopback is a
 * way, too.
 */
export async function openNetworkedBrowser(t: Test): Promise<Browser> {
  const { executablePath, args } = chromiumOptions(mediaArguments.given)
  const browser = await chromium.launch({ executablePath, args: args.filter((argument) => argument !== loopback) })
  t.teardown(() => browser.close())
  return browser
}

function chromiumOptions(more: readonly string[]): { executablePath: string; args: string[] } {
  return {
    executablePath: programOnPath('chromium', 'chromium-browser', 'google-chrome'),
    args: [...chromiumArguments, ...more],
  }
}

function programOnPath(...names: string[]): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path))
  if (found === undefined) throw new Error(`none of ${names.join(', ')} is installed`)
  return found
}

interface PersonOptions {
  readonly prepare?: (() => void) | readonly (() => void)[]
  readonly hasFullCamera?: boolean
}

function spareProcessors(): void {
  // Not there in an insecure context.
  const devices: MediaDevices | undefined = navigator.mediaDevices
  if (devices === undefined) return
  const open = devices.getUserMedia.bind(devices)
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false }
  devices.getUserMedia = ({ audio, video, ...rest } = {}) =>
    open({
      ...rest,
      ...(typeof audio === 'object' && { audio: { ...audio, ...plain } }),
      ...(typeof audio === 'boolean' && { audio: audio && plain }),
      ...(typeof video === 'object' && { video: { ...video, width: 320, height: 180 } }),
      ...(typeof video === 'boolean' && { video }),
    })
}

/** The hash of `body {}`, a style that Playwright writes into a page in Firefox for each screenshot, and the page's policy refuses. */
const playwrightStyle = 'sha256-YjaKGiklmzC6wjXA513HAMmzus8VE61XCOT+SmwNZWA='

/** Somebody in front of a browser window. */
export class Person {
  readonly page: Page
  /** What the page has written to the console as errors. */
  readonly complaints: string[] = []

  private constructor(page: Page) {
    this.page = page
    const complain = (text: string): void => {
      if (!text.includes(playwrightStyle)) this.complaints.push(text)
    }
    page.on('pageerror', (error) => complain(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') complain(message.text())
    })
  }

  /**
   * A window of its own, with nothing remembered.
   *
   * @param options  `prepare` runs in every page before its own scripts: it makes the browser refuse or fail. `hasFullCamera`:
   *                 pictures and sound as the page asks for them; else small and unfiltered ones, as several browsers share few
   *                 processors
   */
  static async open(
    t: Pick<Test, 'teardown'>,
    browser: Browser,
    url: string,
    { prepare, hasFullCamera = false, ...options }: BrowserContextOptions & PersonOptions = {},
  ): Promise<Person> {
    const context = await browser.newContext({
      viewport: { width: 800, height: 500 },
      // It costs as much as another page, and only shows that one is offline.
      serviceWorkers: 'block',
      ...options,
    })
    for (const script of [prepare ?? []].flat()) await context.addInitScript(script)
    if (!hasFullCamera) await context.addInitScript(spareProcessors)
    t.teardown(() => context.close())
    await context.addInitScript(() => {
      document.addEventListener('signalbox:call', (event) => {
        if (event instanceof CustomEvent) globalThis.signalboxCall = event.detail.call
      })
      globalThis.saidSentences = []
      document.addEventListener('DOMContentLoaded', () => {
        const status = document.querySelector('#status')
        const note = (): number => globalThis.saidSentences.push(status?.textContent ?? '')
        if (status !== null)
          new MutationObserver(note).observe(status, { childList: true, characterData: true, subtree: true })
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

  /** Chooses in the menu for what has no place in the bar. */
  async choose(item: string): Promise<void> {
    await this.page.click('#more')
    await this.page.click(item)
  }

  async view(name: 'lobby' | 'call' | 'end'): Promise<void> {
    await this.page.waitForSelector(`html[data-view="${name}"]`, { state: 'attached' })
  }

  async state(name: string): Promise<void> {
    await this.page.waitForSelector(`html[data-state="${name}"]`, { state: 'attached' })
  }

  /** Waits until the page's live region has said this sentence, after what was waited for before: some stand for seconds only. */
  async isTold(sentence: string): Promise<void> {
    await this.page.waitForFunction((text) => {
      const at = globalThis.saidSentences.indexOf(text)
      if (at < 0) return document.querySelector('#status')?.textContent === text
      globalThis.saidSentences.splice(0, at + 1)
      return true
    }, sentence)
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
  async seesAndHears(moreFrames = 12): Promise<Received> {
    const before = await this.received()
    for (;;) {
      const now = await this.received()
      const isEnough =
        now.framesDecoded >= before.framesDecoded + moreFrames ||
        (now.framesDecoded < before.framesDecoded && now.framesDecoded >= moreFrames)
      if (isEnough && now.audioSamples > 0 && now.audioEnergy > 0) return now
      await this.page.waitForTimeout(200)
    }
  }

  /** What is on the clipboard, where this browser may read it. From another page, as the call page itself may only write there. */
  async copied(): Promise<string> {
    const reader = await this.page.context().newPage()
    await reader.goto(new URL('livez', this.page.url()).href)
    const text = await reader.evaluate(() => navigator.clipboard.readText())
    await reader.close()
    return text
  }

  /** Kept beside the test's other artifacts, for people to look at. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(screenshotFolder, { recursive: true })
    await this.page.screenshot({ path: join(screenshotFolder, `${name}.png`) })
  }
}
