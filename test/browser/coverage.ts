import { randomUUID } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Whether this run counts what runs in browsers: tap tells its tests what it was told itself. */
const isCounted = process.env['TAP_COVERAGE_MAP']?.endsWith('browsers-coverage-map.mjs') === true
let isRecording = false

/**
 * Counts what a page of Chromium runs of the SDK and the page towards the coverage, as tap's own processes do: in V8's format,
 * in the folder that the report is made from, with the modules' addresses as those of the files they were served from. One page
 * at a time: it costs a third of what opening one does.
 *
 * @returns call it before the page is closed
 */
export async function recordCoverage(page: Page): Promise<() => Promise<void>> {
  if (!isCounted || isRecording) return async () => {}
  isRecording = true
  await page.coverage.startJSCoverage({ resetOnNavigation: false })
  return async () => {
    isRecording = false
    if (page.isClosed()) return
    const entries = await page.coverage.stopJSCoverage()
    const result = entries.flatMap(({ url, scriptId, functions }) => {
      const [, folder, file = ''] = /^https?:\/\/[^/]+\/(assets|sdk)\/([\w-]+\.js)$/.exec(url) ?? []
      // The same as was served, with a map of what it was made of.
      const path = folder === 'assets' ? 'dist/maps' : 'dist/public/sdk'
      return folder === undefined ? [] : [{ scriptId, url: `file://${join(root, path, file)}`, functions }]
    })
    const folder = join(root, '.tap', 'coverage')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, `${randomUUID()}.json`), JSON.stringify({ result }))
  }
}
