import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const folder = fileURLToPath(new URL('../../../public/styles/', import.meta.url))

/** What means the same side of the window in every direction of reading. */
const sided = /^\s*(?:left|right|(?:margin|padding|border)-(?:left|right)|text-align):(?!\s*(?:center|start|end))/

t.test('styles name no left and right, but for the corner in which somebody has put the own picture', async (t) => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.css'))
  t.ok(files.length > 10)
  let corners = 0
  for (const file of files) {
    for (const rule of readFileSync(`${folder}${file}`, 'utf8').split('}')) {
      const found = rule.split('\n').filter((line) => sided.test(line))
      if (rule.includes('[data-corner')) corners += found.length
      else t.strictSame(found, [], file)
    }
  }
  t.ok(corners > 0)
})
