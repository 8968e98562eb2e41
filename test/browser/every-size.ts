import type { Test } from 'tap'
import { faults, isForAxe } from './accessibility.js'
import type { Person } from './browsers.js'

const sizes = {
  phone: { width: 360, height: 740 },
  landscape: { width: 740, height: 360 },
  desktop: { width: 1280, height: 800 },
}

/** Looks at the page as it is now on every size and in both themes, with screenshots: nothing too wide, and no fault that axe finds. */
export async function looksRight(t: Test, person: Person, name: string): Promise<void> {
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
  await person.page.setViewportSize({ width: 800, height: 500 })
}
