import t from 'tap'
import type { Grant } from '../../plugins/access/grant.js'
import type { CallError } from '../../public/sdk/index.js'
import { Client, startService } from '../helper.js'
import { openBrowser } from './browsers.js'
import { Member } from './member.js'

declare global {
  /** What has become of a join that a test looks after. */
  var coming: Promise<string>
  /** How often a token has been asked for, and how often somebody was told to wait. */
  var asked: number
  var waited: number
}

/** Whose token says so is a host. */
function authorize(_request: unknown, { token = '' }: { readonly token?: string }): Grant | null {
  if (token === 'nobody') return null
  return { role: token === 'host' ? 'host' : 'guest', ...(token !== '' && { subject: token }) }
}

/** Joins with tokens that are made one after the other: `guest 1`, `guest 2` … */
async function beginToJoin({ page }: Member, failing = false): Promise<void> {
  await page.evaluate(async (failing) => {
    const path = '/sdk/index.js'
    const { join }: typeof import('../../public/sdk/index.js') = await import(path)
    globalThis.asked = 0
    globalThis.waited = 0
    const token = async (): Promise<string> => {
      globalThis.asked += 1
      if (failing) throw new Error('the application is away')
      return `guest ${globalThis.asked}`
    }
    const onKnocking = (): void => {
      globalThis.waited += 1
    }
    globalThis.coming = join('/ws', { room: 'r', name: 'Bo', token, onKnocking }).then(
      (call) => {
        globalThis.call = call
        return 'joined'
      },
      ({ code }: CallError) => code,
    )
  }, failing)
}

/** The next message of a type; what the other side makes of a partner that does not answer is passed over. */
async function comes<T extends 'ready' | 'peer-left'>(
  client: Client,
  type: T,
): Promise<{ peerId: string; reason?: unknown; name?: unknown }> {
  for (;;) {
    const message: { type?: unknown; peerId?: unknown; reason?: unknown; name?: unknown } = JSON.parse(
      await client.nextFrame(),
    )
    if (message.type === type) return { peerId: String(message.peerId), reason: message.reason, name: message.name }
  }
}

t.test('a token is asked for again when one has to join anew, so that a call outlives its first one', async (t) => {
  const { url } = await startService(t, { authorize, resumeWindowMs: 100 })
  const host = await Client.join(t, url, 'r', { token: 'host', updates: true })
  const bo = await Member.open(t, await openBrowser('chromium'), url)
  await beginToJoin(bo)
  t.equal(await bo.page.evaluate(() => globalThis.coming), 'joined')
  await comes(host, 'ready')
  await bo.cutOff()
  t.match(await comes(host, 'peer-left'), { reason: 'expired' })
  await bo.endCutOff()
  const { peerId } = await comes(host, 'ready')
  t.equal(await bo.page.evaluate(() => globalThis.asked), 2)
  // The second one names somebody else: to throw that one out is to throw it out for good.
  host.send({ type: 'kick', peerId })
  await bo.page.waitForFunction(() => globalThis.call.signaling === 'closed')
})

t.test('a name that is given stays, whatever one calls oneself; all else is said', async (t) => {
  const { url } = await startService(t, { authorize: () => ({ name: 'Ada Lovelace' }), resumeWindowMs: 100 })
  const bo = await Client.join(t, url, 'r', { updates: true })
  const ada = await Member.open(t, await openBrowser('chromium'), url)
  await ada.join({ room: 'r', name: 'Queen' })
  t.match(await comes(bo, 'ready'), { name: 'Ada Lovelace' })
  t.equal(await ada.page.evaluate(() => globalThis.call.self.name), 'Ada Lovelace')
  await ada.cutOff()
  await comes(bo, 'peer-left')
  // While nobody hears it.
  await ada.page.evaluate(() => globalThis.call.update({ name: 'Empress', metadata: { hand: 'up' } }))
  await ada.endCutOff()
  await ada.isTold('signaling open')
  for (;;) {
    const message: { type?: unknown; metadata?: unknown; name?: unknown } = JSON.parse(await bo.nextFrame())
    if (message.metadata === undefined) continue
    t.match(message, { name: 'Ada Lovelace', metadata: { hand: 'up' } })
    break
  }
  await bo.settle()
  const errors = await ada.page.evaluate(() => globalThis.told.filter((line) => line.startsWith('error')))
  t.equal(errors.length, 1)
  t.match(errors[0], /your name is what the token says/)
  t.strictSame(
    await ada.page.evaluate(() => globalThis.socketLog.filter((text) => JSON.parse(text).code === 'name-fixed')),
    [],
  )
})

t.test('where no token is to be had, the join fails, and can be tried again', async (t) => {
  const { url } = await startService(t, { authorize })
  const bo = await Member.open(t, await openBrowser('chromium'), url)
  await beginToJoin(bo, true)
  t.equal(await bo.page.evaluate(() => globalThis.coming), 'access-unavailable')
})

t.test('who knocks goes on waiting when its socket breaks', async (t) => {
  const { url } = await startService(t, { authorize, waitingRoom: true })
  const host = await Client.join(t, url, 'r', { token: 'host', updates: true })
  const bo = await Member.open(t, await openBrowser('chromium'), url)
  await beginToJoin(bo)
  const first = await host.next('knock')
  // Both are told at once, and who is not yet told to wait has not joined, and is not to wait.
  await bo.page.waitForFunction(() => globalThis.waited === 1)
  await bo.loseSocket()
  t.match(await host.next('knock-ended'), { peerId: first.peerId, reason: 'gone' })
  const second = await host.next('knock')
  host.send({ type: 'admit', peerId: second.peerId })
  t.equal(await bo.page.evaluate(() => globalThis.coming), 'joined')
  t.strictSame(await bo.page.evaluate(() => [globalThis.asked, globalThis.waited]), [2, 2])
})
