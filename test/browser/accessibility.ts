import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import type { Person } from './browsers.js'

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

/** Colours depend on the theme, and what there is on whether it is a phone: each is looked at once, as a look takes a while. */
export function isForAxe(size: string, colorScheme: 'light' | 'dark'): boolean {
  return size === (colorScheme === 'light' ? 'phone' : 'desktop')
}

/** What axe has to say against the page as it is now: by WCAG up to 2.2, levels A and AA. */
export async function faults({ page }: Person): Promise<string[]> {
  if (!(await page.evaluate(() => Reflect.has(globalThis, 'axe')))) await page.evaluate(axe)
  return page.evaluate(async () => {
    // A colour half-way from one theme to the other is of neither.
    const transitions = document.getAnimations().filter((animation) => animation instanceof CSSTransition)
    await Promise.allSettled(transitions.map(({ finished }) => finished))
    const run: unknown = Reflect.get(Reflect.get(globalThis, 'axe') as object, 'run')
    const { violations } = await (
      run as (options: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
    )({
      // Otherwise it waits for seconds for live pictures to be loaded to their end.
      preload: false,
      // It would ask frames for what they have to say, and those of another origin do not know it.
      iframes: false,
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  })
}

const sizes = {
  phone: { width: 360, height: 740 },
  landscape: { width: 740, height: 360 },
  desktop: { width: 1280, height: 800 },
}

/** Nothing is too wide, and axe has nothing against it, on each size and in both themes; with a screenshot of each. */
export async function looksRight(t: Test, person: Person, name: string): Promise<void> {
  const before = person.page.viewportSize() ?? sizes.desktop
  for (const [size, viewport] of Object.entries(sizes)) {
    await person.page.setViewportSize(viewport)
    for (const colorScheme of ['light', 'dark'] as const) {
      await person.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await person.screenshot(`${name}-${size}-${colorScheme}`)
      if (isForAxe(size, colorScheme)) t.strictSame(await faults(person), [], `${name}, ${size}, ${colorScheme}`)
      const isTooWide = await person.page.evaluate(() => document.documentElement.scrollWidth > innerWidth)
      t.notOk(isTooWide, `${name} fits on ${size}`)
    }
  }
  await person.page.setViewportSize(before)
}
