import t from 'tap'
import { Client, startService } from '../helper.js'
import { openBrowser } from './browsers.js'
import { Member } from './member.js'

/** Counts the connections that a page makes, and those of them that are open. */
function countConnections(): void {
  const made: RTCPeerConnection[] = []
  Object.assign(globalThis, { made })
  globalThis.RTCPeerConnection = class extends globalThis.RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration)
      made.push(this)
    }
  }
}

function connectionsOf({ page }: Member): Promise<{ made: number; open: number }> {
  return page.evaluate(() => {
    const made: readonly RTCPeerConnection[] = Reflect.get(globalThis, 'made')
    return { made: made.length, open: made.filter(({ signalingState }) => signalingState !== 'closed').length }
  })
}

t.test('who asks for new connections without end gets few, and takes none from the others', async (t) => {
  const browser = await openBrowser('chromium')
  const { url } = await startService(t)
  const join = JSON.stringify({ type: 'join', roomId: 'r', capacity: 4 })
  const first = await Client.connect(t, `${url}/ws`)
  first.socket.send(join)
  const ada = await Member.open(t, browser, url, countConnections)
  await ada.join({ room: 'r', name: 'Ada' })
  await ada.publish()
  const last = await Client.connect(t, `${url}/ws`)
  last.socket.send(join)
  await ada.page.waitForFunction(() => globalThis.call.peers.size === 2)
  const to = await ada.page.evaluate(() => globalThis.call.self.id)
  // To the one Ada is the initiator, to the other she is not.
  for (const { socket } of [first, last]) {
    for (let gen = 1; gen <= 600; gen += 1) {
      socket.send(JSON.stringify({ type: 'restart', to, gen, rebuild: true }))
      socket.send(JSON.stringify({ type: 'offer', to, gen: gen + 1, sdp: 'v=0' }))
    }
    socket.send(JSON.stringify({ type: 'update', name: 'done' }))
  }
  await ada.page.waitForFunction(() => [...globalThis.call.peers.values()].every(({ name }) => name === 'done'))
  const { made, open } = await connectionsOf(ada)
  t.ok(made < 60 && open <= 6, `${made} made, ${open} open`)
  const bo = await Member.join(t, browser, url, { room: 'r', name: 'Bo' })
  await Promise.all([ada.sees(['Bo']), bo.sees(['Ada'])])
  t.strictSame(
    ada.complaints.filter((complaint) => !complaint.startsWith('Failed to load resource')),
    [],
  )
})

t.test('who leaves because somebody was replaced has left, and nothing stays open', async (t) => {
  const browser = await openBrowser('chromium')
  const { app, url } = await startService(t, { drainMs: 0 })
  const ada = await Member.open(t, browser, url, countConnections)
  await ada.join({ room: 'r', name: 'Ada' })
  await Member.join(t, browser, url, { room: 'r', name: 'Bo' })
  await ada.sees(['Bo'])
  await ada.page.evaluate(() => {
    globalThis.call.on('left', () => globalThis.call.leave())
    // The way is dead, and nobody knows it yet; so the two cannot know each other again.
    RTCDataChannel.prototype.send = () => {}
  })
  await app.close()
  await startService(t, {}, Number(new URL(url).port))
  await ada.isTold('end left')
  const told = await ada.told()
  t.notOk(told.slice(told.indexOf('left Bo replaced')).includes('peer Bo'), 'nobody comes after the end')
  t.strictSame(await connectionsOf(ada), { made: 2, open: 0 })
  t.equal(await ada.page.evaluate(() => globalThis.call.peers.size), 0)
})
