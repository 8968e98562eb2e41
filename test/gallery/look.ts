import type { Test } from 'tap'
import type { Language } from '../../public/page/texts.js'
import type { Person } from '../browser/browsers.js'
import { Scene } from './scene.js'
import type { State, Story } from './story.js'

/** On what people see the page. */
export const sizes = {
  phone: { width: 360, height: 740 },
  landscape: { width: 740, height: 360 },
  desktop: { width: 1280, height: 800 },
} as const

export type Size = keyof typeof sizes

const themes = ['light', 'dark'] as const

export type Theme = (typeof themes)[number]

/** One way to look at a state. */
export interface Look {
  readonly state: State
  readonly size: Size
  readonly theme: Theme
}

/**
 * Goes through the states of a story.
 *
 * @param look   is called on each
 * @param isWorth  which of the sizes and themes are looked at; all, if it is not given
 * @throws      Error when a state cannot be reached, or a page has complained in its console
 */
export async function tell(
  owner: Pick<Test, 'teardown'>,
  story: Story,
  language: Language,
  look: (me: Person, look: Look) => Promise<void>,
  isWorth: (size: Size, theme: Theme) => boolean = () => true,
): Promise<void> {
  const scene = await Scene.open(owner, language, story.service)
  for (const state of story.states) {
    try {
      await state.reach(scene)
    } catch (error) {
      throw new Error(`${state.name} (${language}) cannot be reached`, { cause: error })
    }
    for (const [size, viewport] of Object.entries(sizes) as [Size, (typeof sizes)[Size]][]) {
      await scene.me.page.setViewportSize(viewport)
      for (const theme of themes.filter((theme) => isWorth(size, theme))) {
        await scene.me.page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
        await isPainted(scene.me)
        await look(scene.me, { state, size, theme })
      }
    }
    await scene.me.page.setViewportSize(sizes.desktop)
  }
  const complaints = scene.complaints.filter((line) => story.expected?.test(line) !== true)
  if (complaints.length > 0)
    throw new Error(`in ${story.name} (${language}) the page complained: ${complaints.join('; ')}`)
}

/** Sizes are told to the page's observers with the next frame, and what they change is painted with the one after it. */
async function isPainted({ page }: Person): Promise<void> {
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(undefined)))),
  )
}
