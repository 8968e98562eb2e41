import { existsSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { anchorsOf, documents, fencesOf, headingsOf, inlineCodeOf, linksOf } from './markdown.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

t.test('links within the project lead to files that are there, and to headings in them', async (t) => {
  const faults: string[] = []
  let anchors = 0
  for (const document of documents) {
    for (const link of linksOf(document)) {
      if (/^(https?|mailto):/.test(link)) continue
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? document : normalize(join(dirname(document), path))
      if (relative(root, join(root, target)).startsWith('..') || !existsSync(join(root, target)))
        faults.push(`${document}: ${link} leads nowhere`)
      else if (anchor !== undefined && target.endsWith('.md')) {
        anchors += 1
        if (!anchorsOf(target).has(anchor)) faults.push(`${document}: ${link}: there is no such heading`)
      }
    }
  }
  t.strictSame(faults, [])
  t.ok(anchors > 60 && documents.length > 20, `${anchors} anchors in ${documents.length} documents`)
})

t.test('the README in Chinese says what the English one says', async (t) => {
  const [english, chinese] = ['README.md', 'README.zh-CN.md']
  t.strictSame(
    headingsOf(chinese).map(({ level }) => level),
    headingsOf(english).map(({ level }) => level),
    'the same headings',
  )
  t.strictSame(
    fencesOf(chinese).map(({ language, code }) => [language, code]),
    fencesOf(english).map(({ language, code }) => [language, code]),
    'the same examples',
  )
  t.strictSame(
    [...inlineCodeOf(english)].filter((code) => !inlineCodeOf(chinese).has(code)),
    [],
    'the same names and commands',
  )
  const others = (document: string, other: string) =>
    [...new Set(linksOf(document))].filter((link) => !link.startsWith(other)).sort()
  t.strictSame(others(chinese, english), others(english, chinese), 'links to the same pages')
})
