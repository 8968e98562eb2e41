import t from 'tap'
import { startFront } from '../cluster/front.js'
import { Nodes } from '../cluster/nodes.js'
import { startRedis } from '../redis-server.js'
import { openBrowser } from './browsers.js'
import { Member } from './member.js'

const room = 'r'
const names = ['Ada', 'Bo', 'Cy']

t.test(
  'a call of three on three nodes goes on when one is killed, one is stopped, and the store loses everything',
  async (t) => {
    const redis = await startRedis(t)
    const nodes = await Nodes.start(t, 3, redis.url, { SIGNALBOX_PAGE: 'true', SIGNALBOX_DRAIN_MS: '3000' })
    const all = [nodes.url(0), nodes.url(1), nodes.url(2)]
    const members: Member[] = []
    for (const [index, name] of names.entries()) {
      const browser = await openBrowser(index === 1 ? 'firefox' : 'chromium')
      // Each by another node, as long as that is there.
      const { url } = await startFront(t, () => [...all.slice(index), ...all.slice(0, index)])
      members.push(await Member.join(t, browser, url, { room, name, capacity: 4 }))
    }
    const [ada, bo, cy] = members as [Member, Member, Member]
    const othersOf = (member: Member): string[] => names.filter((_name, index) => members[index] !== member)
    const allSee = (): Promise<unknown> => Promise.all(members.map((member) => member.sees(othersOf(member))))
    await allSee()
    const lines = await Promise.all(members.map((member) => member.told()))
    const isBackAgain = (member: Member, times: number): Promise<unknown> =>
      member.page.waitForFunction(
        (times) => globalThis.told.filter((line) => line === 'signaling open').length >= times,
        times,
      )

    await nodes.kill(0)
    await allSee()
    await isBackAgain(ada, 1)

    // Its members are asked to move while it still runs.
    const closed = nodes.stop(0)
    await allSee()
    t.equal(await closed, 0)
    await bo.hasHeard('resumed')

    const di = await Member.join(t, await openBrowser('chromium'), await frontOf(all), {
      room,
      name: 'Di',
      capacity: 4,
    })
    await di.sees(names)
    await Promise.all(members.map((member) => member.sees(['Di'])))

    await redis.kill()
    await redis.start()
    await Promise.all([...members, di].map((member) => member.hasHeard('resync')))
    await Promise.all([allSee(), di.sees(names)])
    await di.page.evaluate(() => globalThis.call.leave())
    for (const member of members) await member.isTold('left Di left')

    for (const [index, member] of members.entries()) {
      const told = (await member.told()).slice(lines[index]?.length)
      t.strictSame(
        told.filter((line) => /^(left|error|end)/.test(line)),
        ['left Di left'],
        'nobody else is said to have left',
      )
    }
    t.strictSame([nodes.complaints, (await cy.told()).includes('signaling reconnecting')], [[], false])

    function frontOf(urls: readonly string[]): Promise<string> {
      return startFront(t, () => urls).then(({ url }) => url)
    }
  },
)
