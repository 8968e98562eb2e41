import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import root from 'tap'
import { type Language, languages } from '../../public/page/texts.js'
import { faults, isForAxe } from '../browser/accessibility.js'
import { closeBrowsers } from '../browser/browsers.js'
import { type Picture, pageOf } from './gallery-page.js'
import { type Look, tell } from './look.js'
import { stories } from './stories.js'
import type { Story } from './story.js'

/**
 * `npm run gallery`: every state of the call page in a real Chromium, on a phone, a phone on its side and a desktop, in both
 * themes and every language, as one page of pictures. `-- pair group` are these stories alone, `--language en` one language.
 */
// People and browsers are those of the tests, but this is none: tap would give it half a minute.
root.setTimeout(0)

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { language: { type: 'string', multiple: true } },
})
const folder = fileURLToPath(new URL('../../../artifacts/gallery/', import.meta.url))

const chosen = stories.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
const spoken = (Object.keys(languages) as Language[]).filter((language) => values.language?.includes(language) ?? true)
if (chosen.length === 0 || spoken.length === 0) {
  console.error(
    `There are the stories ${stories.map(({ name }) => name).join(', ')}, in ${Object.keys(languages).join(', ')}.`,
  )
  process.exit(1)
}
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })

const pictures: Picture[] = []
const wrong: string[] = []
for (const story of chosen) for (const language of spoken) await show(story, language)
writeFileSync(join(folder, 'index.html'), pageOf(pictures))
for (const line of wrong) console.error(line)
console.log(`${pictures.length} pictures: ${join(folder, 'index.html')}`)
process.exitCode = wrong.length > 0 ? 1 : 0

async function show(story: Story, language: Language): Promise<void> {
  const endings: (() => unknown)[] = []
  try {
    await tell({ teardown: (end) => endings.push(end) }, story, language, async (me, { state, size, theme }: Look) => {
      const file = `${state.name}-${size}-${theme}-${language}.png`
      await me.page.screenshot({ path: join(folder, file) })
      pictures.push({ file, state: state.name, size, theme, language })
      if (!isForAxe(size, theme)) return
      for (const fault of await faults(me)) wrong.push(`${file}: ${fault}`)
    })
  } catch (error) {
    const { message, cause } = error instanceof Error ? error : new Error(String(error))
    wrong.push(cause instanceof Error ? `${message}: ${cause.message}` : message)
  }
  for (const end of endings.reverse()) await end()
  // Of a browser that has broken down the next story hears nothing.
  await closeBrowsers()
  console.log(`${story.name} (${language})`)
}
