import t from 'tap'
import { startService } from '../helper.js'
import { openBrowser } from './browsers.js'
import { Member } from './member.js'

t.test('four people see and hear each other: each of the twelve streams arrives', async (t) => {
  const browser = await openBrowser('chromium')
  const { url } = await startService(t)
  const names = ['Ada', 'Bo', 'Cy', 'Di']
  const members: Member[] = []
  for (const name of names) members.push(await Member.join(t, browser, url, { room: 'r', name, capacity: 4 }))
  let streams = 0
  for (const [index, member] of members.entries()) {
    const others = names.filter((name) => name !== names[index])
    const frames = await member.sees(others)
    await member.hears(others)
    streams += Object.values(frames).filter((count) => count >= 10).length
    t.strictSame(Object.keys(frames).sort(), others)
    t.strictSame(
      [...new Set(await member.told())].filter((line) => line.startsWith('error')),
      [],
    )
  }
  t.equal(streams, 12)
})
