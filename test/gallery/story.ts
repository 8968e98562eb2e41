import type { BuildOptions } from '../../src/index.js'
import type { Scene } from './scene.js'

/** How the page can look, and how one gets there from the state before it in the story. */
export interface State {
  readonly name: string
  readonly reach: (scene: Scene) => Promise<unknown>
}

/** States that come one after the other. */
export interface Story {
  readonly name: string
  readonly states: readonly State[]
  readonly service?: BuildOptions
  /** What the page's console says of necessity. */
  readonly expected?: RegExp
}

export async function lobby(scene: Scene): Promise<void> {
  const { page } = await scene.opens()
  await page.waitForFunction(() => (document.querySelector<HTMLVideoElement>('#preview')?.videoWidth ?? 0) > 0)
}

export async function openMenu({ me }: Pick<Scene, 'me'>): Promise<void> {
  await me.page.click('#more')
  await me.page.waitForSelector('#more-menu:popover-open')
}

/** Bo and the one whose page is looked at write, with the chat open. */
export async function writeToEachOther(scene: Scene): Promise<void> {
  const { page } = scene.me
  await page.click('#chat')
  await (await scene.crowd()).write('Bo', 'The plan is at https://example.org/plan')
  await page.fill('#chat-text', 'Thank you, I am reading it.\nGive me a minute.')
  await page.click('#send-chat')
  await page.waitForSelector('.entry[data-own]')
  await page.waitForSelector('.entry-link')
}

/** Somebody shares a page of text; resolves when it is to be seen. */
export async function share(scene: Scene, name: string, size: readonly [width: number, height: number]): Promise<void> {
  const before = await scene.me.page.locator('.screen-tile').count()
  await (await scene.crowd()).share(name, size)
  await scene.me.page.waitForFunction(
    (before) => document.querySelectorAll('.screen-tile').length === before + 1,
    before,
  )
  await scene.areSeen()
}
