import type { FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { type Language, languages, type Texts } from '../../public/page/texts.js'
import type { BuildOptions } from '../../src/index.js'
import { openBrowser, Person } from '../browser/browsers.js'
import { Crowd } from '../browser/crowd.js'
import { drawOwnCamera, drawPeople } from '../browser/drawn-people.js'
import { invite } from '../browser/invitations.js'
import { reportTrouble } from '../browser/reported-trouble.js'
import { startService } from '../helper.js'

/** The room of every story. */
export const room = '1001'

type Owner = Pick<Test, 'teardown'>

/** What a story plays in: a service, the page that is looked at, and others who come by. */
export class Scene {
  readonly language: Language
  readonly service: FastifyInstance
  readonly url: string
  readonly #owner: Owner
  readonly #people: Person[] = []
  #crowd: Promise<Crowd> | undefined
  #me: Person | undefined
  #host: Person | undefined

  private constructor(owner: Owner, language: Language, service: FastifyInstance, url: string) {
    this.#owner = owner
    this.language = language
    this.service = service
    this.url = url
  }

  /** Starts a service for it. Everything is closed with its owner. */
  static async open(owner: Owner, language: Language, options: BuildOptions = {}): Promise<Scene> {
    const { app, url } = await startService(owner, options)
    return new Scene(owner, language, app, url)
  }

  get texts(): Texts {
    return languages[this.language].texts
  }

  /** Whose page is looked at. */
  get me(): Person {
    if (this.#me === undefined) throw new Error('nobody has come yet')
    return this.#me
  }

  /** What the pages have complained of. */
  get complaints(): string[] {
    return this.#people.flatMap(({ complaints }) => complaints)
  }

  /** Somebody opens a link; it is their page that is looked at from then on. @param media  as of `openBrowser` */
  async opens(link = this.url, media: 'given' | 'refused' | 'absent' = 'given'): Promise<Person> {
    const me = await Person.open(this.#owner, await openBrowser('chromium', media), link, {
      locale: this.language,
      reducedMotion: 'reduce',
      // The browser's own fake camera is no sight, and connections are as good as the machine has time for.
      prepare: [drawPeople, drawOwnCamera, reportTrouble],
    })
    this.#people.push(me)
    this.#me = me
    return me
  }

  /** The one whose page is looked at joins, with the camera on. @param name  none for who has it of the invitation */
  async joins(name?: string): Promise<void> {
    const { page } = this.me
    await page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('#preview')?.videoWidth ?? 0) > 0)
    if (name === undefined) {
      await page.click('#join')
      await this.me.view('call')
    } else {
      await this.me.join(room, name)
    }
  }

  /** The page of a host, which is not the one that is looked at. */
  get host(): Person {
    if (this.#host === undefined) throw new Error('there is no host')
    return this.#host
  }

  /** A host comes first. */
  async welcomesHost(): Promise<void> {
    this.#host = await this.opens(await this.invite({ name: 'Ada', role: 'host' }))
    await this.joins()
  }

  /** The others of the call. */
  crowd(): Promise<Crowd> {
    this.#crowd ??= openBrowser('chromium').then((browser) => Crowd.open(this.#owner, browser, this.url))
    return this.#crowd
  }

  /** Others join; resolves when all of them are seen and nothing that passes covers them. */
  async come(...names: string[]): Promise<void> {
    const crowd = await this.crowd()
    for (const name of names) {
      await crowd.join(room, name, { hasCamera: name !== noCamera, hasSound: name === talker, pictureHeight: 360 })
    }
    await this.areSeen()
    await this.me.page.waitForSelector('#status[data-quiet]', { state: 'attached' })
  }

  /** Somebody knocks, and joins when let in. */
  async knocks(name: string): Promise<void> {
    const token = new URLSearchParams(new URL(await this.invite({ name })).hash.slice(1)).get('token') ?? ''
    const crowd = await this.crowd()
    // It ends with the scene, let in or not.
    crowd.join(room, name, { token, pictureHeight: 360 }).catch(() => {})
  }

  /** Waits until every picture that is sent to the one who looks has come. */
  async areSeen(): Promise<void> {
    await this.me.page.waitForFunction(() => {
      const tiles = [...document.querySelectorAll<HTMLElement>('.tile')]
      const isSeen = (tile: HTMLElement): boolean =>
        !(tile.hasAttribute('data-picture') || tile.matches('.screen-tile')) ||
        (tile.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0) > 5
      return tiles.length > 0 && tiles.every((tile) => (tile.dataset['state'] ?? 'live') === 'live' && isSeen(tile))
    })
  }

  /** A link for somebody, where invitations are needed. */
  invite(claims: object): Promise<string> {
    return invite(this.url, { room, ...claims })
  }
}

/** Who has no camera, and who is heard. */
const noCamera = 'Cy'
const talker = 'Bo'
