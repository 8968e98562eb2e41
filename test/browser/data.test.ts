import t, { type Test } from 'tap'
import type { Peer } from '../../public/sdk/index.js'
import { startService } from '../helper.js'
import { openBrowser } from './browsers.js'
import { Member } from './member.js'

const fileBytes = 20 * 1024 * 1024

interface Received {
  readonly name: string
  readonly size: number
  readonly sha256: string
}

declare global {
  /** What a page has received: files by their offers, messages as `name: data`. */
  var files: Promise<Received>[]
  var heard: string[]
  /** How many of 100 steps the last file has come. */
  var steps: number
  /** A page writes to everybody until it is false. */
  var isChatting: boolean
  function peerOf(name: string): Peer
  function sha256(blob: Blob): Promise<string>
}

/** Writes down what comes; `Big.bin` and all others are accepted, `Unwanted.bin` is not. */
async function listen({ page }: Member): Promise<void> {
  await page.evaluate(() => {
    globalThis.files = []
    globalThis.heard = []
    globalThis.steps = 0
    globalThis.peerOf = (name) => {
      const peer = [...globalThis.call.peers.values()].find((peer) => peer.name === name)
      if (peer === undefined) throw new Error(`nobody is called ${name}`)
      return peer
    }
    globalThis.sha256 = async (blob) =>
      new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer())).join(',')
    globalThis.call.on('message', ({ from, data }) => globalThis.heard.push(`${from.name}: ${JSON.stringify(data)}`))
    globalThis.call.on('file', ({ file }) => {
      if (file.name === 'Unwanted.bin') file.refuse()
      else globalThis.files.push(take())
      async function take(): Promise<Received> {
        const blob = await file.accept({
          onprogress: (received, total) => {
            globalThis.steps = Math.floor((100 * received) / total)
          },
        })
        if (blob === undefined) throw new Error('there was no stream to write to')
        return { name: file.name, size: blob.size, sha256: await globalThis.sha256(blob) }
      }
    })
  })
}

async function startRoom(t: Test, names: readonly string[], firefoxAt: number): Promise<Member[]> {
  const { url } = await startService(t)
  const browsers = { chromium: await openBrowser('chromium'), firefox: await openBrowser('firefox') }
  const members: Member[] = []
  for (const [index, name] of names.entries()) {
    const browser = index === firefoxAt ? browsers.firefox : browsers.chromium
    const member = await Member.open(t, browser, url)
    await member.join({ room: 'r', name, capacity: names.length })
    await listen(member)
    members.push(member)
  }
  for (const { page } of members) {
    await page.waitForFunction(
      (others) =>
        globalThis.call.peers.size === others &&
        [...globalThis.call.peers.values()].every(({ state }) => state === 'live'),
      names.length - 1,
    )
  }
  return members
}

/** Waits until so many messages have come. */
async function hears({ page }: Member, count: number): Promise<string[]> {
  await page.waitForFunction((count) => globalThis.heard.length >= count, count)
  return page.evaluate(() => globalThis.heard)
}

t.test('files of 20 MB go both ways at once between Chromium and Firefox, and come whole', async (t) => {
  const [ada, bo] = await startRoom(t, ['Ada', 'Bo'], 1)
  if (ada === undefined || bo === undefined) throw new Error('two were asked for')
  const send = ({ page }: Member, to: string): Promise<{ sha256: string; steps: number[] }> =>
    page.evaluate(
      async ([to, bytes]) => {
        const parts = Array.from({ length: bytes / 65_536 }, () => crypto.getRandomValues(new Uint8Array(65_536)))
        const file = new File(parts, 'Big.bin')
        const steps: number[] = []
        await globalThis
          .peerOf(to)
          .sendFile(file, { onprogress: (sent, total) => steps.push(Math.floor((100 * sent) / total)) })
        return { sha256: await globalThis.sha256(file), steps }
      },
      [to, fileBytes] as const,
    )
  const sent = await Promise.all([send(ada, 'Bo'), send(bo, 'Ada')])
  const received = await Promise.all([bo, ada].map(({ page }) => page.evaluate(() => Promise.all(globalThis.files))))
  for (const index of [0, 1]) {
    t.strictSame(received[index], [{ name: 'Big.bin', size: fileBytes, sha256: sent[index]?.sha256 }])
    const steps = sent[index]?.steps ?? []
    t.ok(
      steps.length > 5 && steps.at(-1) === 100 && steps.every((step, at) => step >= (steps[at - 1] ?? 0)),
      'progress',
    )
  }
  t.equal(
    await ada.page.evaluate(async () => {
      try {
        await globalThis.peerOf('Bo').sendFile(new File(['x'], 'Unwanted.bin'))
        return 'sent'
      } catch (error) {
        return error instanceof Error && 'code' in error ? error.code : error
      }
    }),
    'file-refused',
  )
})

t.test('chat reaches all, or one, in order; also across a connection that is made anew meanwhile', async (t) => {
  const [ada, bo, cy] = await startRoom(t, ['Ada', 'Bo', 'Cy'], 2)
  if (ada === undefined || bo === undefined || cy === undefined) throw new Error('three were asked for')
  await ada.page.evaluate(() => {
    globalThis.call.send({ text: 'to all' })
    globalThis.call.send('to Bo alone', globalThis.peerOf('Bo'))
  })
  t.strictSame(await hears(bo, 2), ['Ada: {"text":"to all"}', 'Ada: "to Bo alone"'])
  t.strictSame(await hears(cy, 1), ['Ada: {"text":"to all"}'])

  const chatter = bo.page.evaluate(async () => {
    globalThis.isChatting = true
    let n = 0
    for (; globalThis.isChatting; n += 1) {
      globalThis.call.send(n)
      if (n % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 10))
    }
    return n
  })
  await hears(ada, 20)
  for (const member of [ada, cy]) {
    await member.breakConnection('Bo')
    await member.isTold('Bo reconnecting')
  }
  await bo.page.evaluate(() => (globalThis.isChatting = false))
  const count = await chatter
  const expected = Array.from({ length: count }, (_, n) => `Bo: ${n}`)
  t.strictSame(await hears(ada, count), expected)
  t.strictSame((await hears(cy, count + 1)).slice(1), expected)
})

t.test('what is no message is refused, and a data channel of the application is opened', async (t) => {
  const [ada, bo] = await startRoom(t, ['Ada', 'Bo'], 1)
  if (ada === undefined || bo === undefined) throw new Error('two were asked for')
  const refusals = await ada.page.evaluate(async () => {
    const nameOf = (error: unknown): unknown =>
      error instanceof Error && 'code' in error ? error.code : String(error).split(':')[0]
    const tries = [undefined, () => {}, 1n, 'x'.repeat(70_000)].map((data) => {
      try {
        globalThis.call.send(data)
        return 'sent'
      } catch (error) {
        return nameOf(error)
      }
    })
    const reserved = await globalThis.peerOf('Bo').open('signalbox.mine').catch(nameOf)
    const aborted = await globalThis.peerOf('Bo').open('late', {}, { signal: AbortSignal.abort() }).catch(nameOf)
    return [...tries, reserved, aborted]
  })
  t.strictSame(refusals, ['TypeError', 'TypeError', 'TypeError', 'message-too-big', 'TypeError', 'aborted'])
  await bo.page.evaluate(() => {
    globalThis.peerOf('Ada').on('channel', (channel) => {
      channel.addEventListener('message', ({ data }) => channel.send(`${channel.label} ${data} ${channel.ordered}`))
    })
  })
  t.equal(
    await ada.page.evaluate(async () => {
      const channel = await globalThis.peerOf('Bo').open('game', { ordered: false })
      const answer = new Promise((resolve) => channel.addEventListener('message', ({ data }) => resolve(data)))
      channel.send('hello')
      return answer
    }),
    'game hello false',
  )
})

t.test('a member is seen as it says it is, also by who comes later', async (t) => {
  const [ada, bo, cy] = await startRoom(t, ['Ada', 'Bo', 'Cy'], -1)
  if (ada === undefined || bo === undefined || cy === undefined) throw new Error('three were asked for')
  await ada.page.evaluate(() => globalThis.call.update({ name: 'Ada L.', metadata: { hand: 'raised' } }))
  await bo.page.waitForFunction(() =>
    [...globalThis.call.peers.values()].some(
      ({ name, metadata }) => name === 'Ada L.' && metadata?.['hand'] === 'raised',
    ),
  )
  await ada.publish()
  await ada.page.evaluate(() => globalThis.call.mute('mic', true))
  await bo.page.waitForFunction(() => globalThis.peerOf('Ada L.').isSending('camera'))
  await cy.page.evaluate(() => globalThis.call.leave())
  await cy.join({ room: 'r', name: 'Cy', capacity: 3 })
  // By the word of the service at first, then by that of the peer itself.
  t.strictSame(
    await cy.page.evaluate(() => {
      const ada = [...globalThis.call.peers.values()].find(({ name }) => name === 'Ada L.')
      return [ada?.metadata, ada?.isSending('mic'), ada?.isSending('camera')]
    }),
    [{ hand: 'raised' }, false, true],
  )
})

t.test('a profile that the service refuses does not cost the call when the socket breaks', async (t) => {
  const browser = await openBrowser('chromium')
  const { url } = await startService(t)
  const ada = await Member.open(t, browser, url, () => {
    globalThis.WebSocket = class extends globalThis.WebSocket {
      constructor(url: string | URL) {
        super(url)
        Object.assign(globalThis, { socket: this })
      }
    }
  })
  await ada.join({ room: 'r', name: 'Ada', metadata: { team: 'blue' } })
  const self = await ada.page.evaluate(async () => {
    const refused = new Promise((resolve) => globalThis.call.on('error', ({ serviceCode }) => resolve(serviceCode)))
    globalThis.call.update({ metadata: { team: 'x'.repeat(3000) } })
    if ((await refused) !== 'metadata-invalid') throw new Error('refused otherwise')
    const back = new Promise<void>((resolve) => {
      globalThis.call.on('signaling', (state) => state === 'open' && resolve())
      globalThis.call.on('end', () => resolve())
    })
    const socket: unknown = Reflect.get(globalThis, 'socket')
    if (socket instanceof WebSocket) socket.close()
    await back
    return [globalThis.call.signaling, globalThis.call.self.metadata]
  })
  t.strictSame(self, ['open', { team: 'blue' }])
})
