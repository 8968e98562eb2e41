import { on, once } from 'node:events'
import type { Browser } from 'playwright-core'
import t, { type Test } from 'tap'
import { type WebSocket as ServiceSocket, WebSocketServer } from 'ws'
import { Client, startService } from '../helper.js'
import { openBrowser, Person } from './browsers.js'

declare global {
  /** Every connection that the page has made, in their order. */
  var connections: RTCPeerConnection[]
  /** While it is true, no remote candidate is taken in: a connection that is begun now stays begun. */
  var areCandidatesHeld: boolean
  /** While it is true, no socket reaches the service. */
  var isCutOff: boolean
  /** While it is true, nobody is told that they are known. */
  var areUnknown: boolean
  var sockets: WebSocket[]
  /** The names that stood over a picture while the call was on. */
  var namesShown: Set<string>
}

const room = '1001'

/** It closes every socket at once when it stops, and asks nobody to go elsewhere first. */
const abrupt = { drainMs: 0 }

/** Lets a test hold candidates back, cut one side off, and see every name that the page shows. */
function instrument(): void {
  globalThis.connections = []
  globalThis.sockets = []
  globalThis.namesShown = new Set()
  globalThis.areCandidatesHeld = false
  globalThis.isCutOff = false
  globalThis.areUnknown = false
  globalThis.RTCPeerConnection = class extends globalThis.RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration)
      globalThis.connections.push(this)
    }

    override addIceCandidate(candidate?: RTCIceCandidateInit | null): Promise<void> {
      return globalThis.areCandidatesHeld ? Promise.resolve() : super.addIceCandidate(candidate)
    }
  }
  globalThis.WebSocket = class extends globalThis.WebSocket {
    constructor(url: string | URL) {
      super(globalThis.isCutOff ? 'ws://127.0.0.1:1/' : url)
      globalThis.sockets.push(this)
    }

    override send(data: string): void {
      super.send(globalThis.areUnknown ? data.replace('"proof":"', '"proof":"not ') : data)
    }
  }
  new MutationObserver(() => {
    for (const name of document.querySelectorAll('[data-peer] .tile-name'))
      globalThis.namesShown.add(name.textContent ?? '')
  }).observe(document, { subtree: true, childList: true, characterData: true })
}

interface Pair {
  readonly ada: Person
  readonly bo: Person
}

async function startPair(t: Test, browser: Browser, url: string): Promise<Pair> {
  const options = { prepare: instrument }
  const [ada, bo] = [await Person.open(t, browser, url, options), await Person.open(t, browser, url, options)]
  await ada.join(room, 'Ada')
  await ada.state('waiting')
  await bo.join(room, 'Bo')
  await Promise.all([ada.state('connected'), bo.state('connected')])
  await Promise.all([ada.seesAndHears(), bo.seesAndHears()])
  return { ada, bo }
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}

/** The ids of the peers that the page may know of. */
function peerIds(person: Person): Promise<string[]> {
  return person.page.evaluate(() => [...(globalThis.signalboxCall?.peers.keys() ?? [])])
}

function put(person: Person, flag: 'areCandidatesHeld' | 'isCutOff' | 'areUnknown', value: boolean): Promise<void> {
  return person.page.evaluate(
    ([flag, value]) => {
      globalThis[flag] = value
    },
    [flag, value] as const,
  )
}

/** Waits until a peer of another id is shown and live. */
async function hasOther(person: Person, before: readonly string[]): Promise<void> {
  await person.page.waitForFunction((before) => {
    const [peer] = globalThis.signalboxCall?.peers.values() ?? []
    return peer !== undefined && !before.includes(peer.id) && peer.state === 'live'
  }, before)
}

/** Waits until the picture that the page shows is of this connection (the first is 0, the last one made -1), and has so many more frames. */
async function showsConnection(person: Person, index: number): Promise<void> {
  await person.page.waitForFunction((index) => {
    const [peer] = globalThis.signalboxCall?.peers.values() ?? []
    const video = document.querySelector<HTMLVideoElement>('.tile video')
    if (peer === undefined || !(video?.srcObject instanceof MediaStream)) return false
    const shown = video.srcObject.getTracks()
    const received =
      connections
        .at(index)
        ?.getReceivers()
        .map(({ track }) => track) ?? []
    return (
      peer.stream() === video.srcObject &&
      peer.pc === connections.at(index) &&
      shown.length === 2 &&
      shown.every((track) => received.includes(track) && track.readyState === 'live' && !track.muted)
    )
  }, index)
  await person.page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const video = document.querySelector<HTMLVideoElement>('.tile video')
        let frames = 0
        const count = (): void => {
          frames += 1
          if (frames === 20) resolve()
          else video?.requestVideoFrameCallback(count)
        }
        video?.requestVideoFrameCallback(count)
      }),
  )
}

function bothOf<Result>({ ada, bo }: Pair, act: (person: Person) => Promise<Result>): Promise<[Result, Result]> {
  return Promise.all([act(ada), act(bo)])
}

t.test('recovery', async (t) => {
  const browser = await openBrowser('chromium')

  t.test('a restart of the service, after which the two cannot know each other again: a new connection', async (t) => {
    const first = await startService(t, abrupt)
    const pair = await startPair(t, browser, first.url)
    await bothOf(pair, (person) => put(person, 'areUnknown', true))
    const before = (await bothOf(pair, peerIds)).flat()
    await pair.ada.page.evaluate(() => {
      const log: string[] = []
      Object.assign(globalThis, { log })
      const call = globalThis.signalboxCall
      call?.on('left', ({ reason, replacedBy }) => log.push(`${reason} ${replacedBy?.state}`))
      call?.on('peer', (peer) => log.push(`peer ${peer.state}`))
    })
    await first.app.close()
    await startService(t, abrupt, portOf(first.url))
    await bothOf(pair, (person) => hasOther(person, before))
    await bothOf(pair, (person) => showsConnection(person, 1))
    t.strictSame(
      await pair.ada.page.evaluate(() => Reflect.get(globalThis, 'log')),
      ['replaced live', 'peer live'],
      'the page hears of the new peer when that is live, and of nothing else',
    )
    // The old connection is let go when the other side has had its time to replace it too.
    await bothOf(pair, (person) => person.page.waitForFunction(() => connections[0]?.connectionState === 'closed'))
    await bothOf(pair, (person) => showsConnection(person, 1))
  })

  t.test('a second restart, while the pair reconnects, leaves the picture alive', async (t) => {
    const first = await startService(t, abrupt)
    const port = portOf(first.url)
    const pair = await startPair(t, browser, first.url)
    const before = (await bothOf(pair, peerIds)).flat()
    await bothOf(pair, (person) => put(person, 'areUnknown', true))
    await bothOf(pair, (person) => put(person, 'areCandidatesHeld', true))
    await first.app.close()
    const second = await startService(t, abrupt, port)
    await bothOf(pair, async (person) => {
      await person.page.waitForFunction(
        () => connections[1]?.signalingState === 'stable' && connections[1].remoteDescription !== null,
      )
    })
    t.strictSame((await bothOf(pair, peerIds)).flat(), before, 'who is not live yet is not shown')
    await bothOf(pair, (person) => showsConnection(person, 0))
    await second.app.close()
    await bothOf(pair, (person) => put(person, 'areCandidatesHeld', false))
    await bothOf(pair, (person) => showsConnection(person, 0))
    await startService(t, abrupt, port)
    await bothOf(pair, (person) => hasOther(person, before))
    await bothOf(pair, (person) => showsConnection(person, -1))
  })

  t.test('a stranger who takes the seat after a restart is never named over the picture of another', async (t) => {
    const first = await startService(t, abrupt)
    const { ada, bo } = await startPair(t, browser, first.url)
    await put(bo, 'isCutOff', true)
    await put(ada, 'isCutOff', true)
    await first.app.close()
    await startService(t, abrupt, portOf(first.url))
    const cy = await Client.join(t, first.url, room, { name: 'Cy' })
    await put(ada, 'isCutOff', false)
    await cy.next('ready')
    // Ada has made a connection for Cy, who never answers.
    await ada.page.waitForFunction(() => connections.length === 2)
    await showsConnection(ada, 0)
    t.strictSame(await ada.page.evaluate(() => [...namesShown]), ['Bo'])
    cy.send({ type: 'leave' })
    await ada.page.waitForFunction(() => connections[1]?.connectionState === 'closed')
    t.strictSame(await ada.page.evaluate(() => [...namesShown]), ['Bo'])
    await put(bo, 'isCutOff', false)
    await bo.page.waitForSelector('#pill', { state: 'hidden' })
    await Promise.all([showsConnection(ada, 0), showsConnection(bo, 0)])
  })

  t.test('who hangs up, or closes the window, while the service is away has left', async (t) => {
    const { app, url } = await startService(t, abrupt)
    const { ada, bo } = await startPair(t, browser, url)
    const cy = await Person.open(t, browser, url)
    await cy.join(room, 'Cy')
    await ada.page.waitForFunction(() => {
      const peers = [...(globalThis.signalboxCall?.peers.values() ?? [])]
      return peers.length === 2 && peers.every(({ state }) => state === 'live')
    })
    await app.close()
    await ada.page.waitForSelector('#pill', { state: 'visible' })
    await bo.page.click('#leave')
    await ada.page.waitForFunction(() => globalThis.signalboxCall?.peers.size === 1)
    await ada.isTold('Bo left.')
    await cy.page.close({ runBeforeUnload: false })
    await ada.state('left')
    t.strictSame(await peerIds(ada), [])
  })

  t.test('when one side alone loses the service, and its seat, both go on, and meet again', async (t) => {
    const { url } = await startService(t, { resumeWindowMs: 500 })
    const pair = await startPair(t, browser, url)
    const { ada, bo } = pair
    const before = await peerIds(bo)
    const heard = bo.page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          globalThis.sockets.at(-1)?.addEventListener('message', ({ data }) => {
            const message = JSON.parse(data)
            if (message.type === 'peer-left') resolve(message.reason)
          })
        }),
    )
    await ada.page.evaluate(() => {
      globalThis.isCutOff = true
      globalThis.sockets.at(-1)?.close()
    })
    t.equal(await heard, 'expired')
    await bothOf(pair, (person) => showsConnection(person, 0))
    t.strictSame(await peerIds(bo), before)
    await put(ada, 'isCutOff', false)
    await ada.page.waitForSelector('#pill', { state: 'hidden' })
    await bothOf(pair, (person) => showsConnection(person, 0))
    t.strictSame(await peerIds(bo), before, 'the same one')
    // And the service is between the two again.
    await ada.page.evaluate(() => globalThis.signalboxCall?.update({ name: 'Ada L.' }))
    await bo.page.waitForFunction(() => document.querySelector('.tile-name')?.textContent === 'Ada L.')
  })

  t.test('who loses the service and then closes the window is gone', async (t) => {
    const { url } = await startService(t)
    const { ada, bo } = await startPair(t, browser, url)
    await bo.page.evaluate(() => {
      globalThis.isCutOff = true
      globalThis.sockets.at(-1)?.close()
    })
    await bo.page.waitForSelector('#pill', { state: 'visible' })
    await showsConnection(ada, 0)
    await bo.page.close({ runBeforeUnload: false })
    await ada.state('left')
  })

  t.test('a bad candidate that comes before the offer costs nothing but itself', async (t) => {
    const { url } = await startService(t)
    const ada = await Person.open(t, browser, url)
    await ada.join(room, 'Ada')
    const errors = ada.page.evaluate(
      () => new Promise<string>((resolve) => globalThis.signalboxCall?.on('error', ({ code }) => resolve(code))),
    )
    const sdp = await ada.page.evaluate(async () => {
      const pc = new RTCPeerConnection()
      pc.addTransceiver('audio')
      const { sdp = '' } = await pc.createOffer()
      pc.close()
      return sdp
    })
    const bo = await Client.join(t, url, room)
    await bo.next('ready')
    // Well-formed, and of a media section that is not there.
    bo.send({ type: 'ice', candidate: { candidate: 'candidate:1 1 udp 1 10.99.0.1 9 typ host', sdpMLineIndex: 9 } })
    bo.send({ type: 'offer', sdp })
    await bo.next('answer')
    t.equal(await errors, 'protocol')
  })

  t.test('a track of the wrong kind is refused also when nobody else is there', async (t) => {
    const { url } = await startService(t)
    const ada = await Person.open(t, browser, url)
    await ada.join(room)
    const refusal = await ada.page.evaluate(async () => {
      const [track = null] = (await navigator.mediaDevices.getUserMedia({ video: true })).getTracks()
      try {
        await globalThis.signalboxCall?.publish('mic', track)
        return undefined
      } catch (error) {
        return error instanceof TypeError
      }
    })
    t.equal(refusal, true)
  })
})

t.test('a service that is there but does no good', async (t) => {
  const browser = await openBrowser('chromium')

  async function startAway(
    t: Test,
    prepare?: () => void,
  ): Promise<{ ada: Person; sockets: { next(): Promise<ServiceSocket> } }> {
    const { app, url } = await startService(t, abrupt)
    const ada = await Person.open(t, browser, url, prepare && { prepare })
    await ada.join(room, 'Ada')
    await app.close()
    const service = new WebSocketServer({ port: portOf(url), host: '127.0.0.1' })
    t.teardown(() => {
      for (const socket of service.clients) socket.terminate()
      service.close()
    })
    const connections = on(service, 'connection')
    const next = async (): Promise<ServiceSocket> => {
      const { value } = await connections.next()
      return value[0]
    }
    return { ada, sockets: { next } }
  }

  t.test('which never answers the join is given up, and tried again', async (t) => {
    const { ada, sockets } = await startAway(t)
    await sockets.next()
    await sockets.next()
    t.equal(await ada.page.evaluate(() => globalThis.signalboxCall?.signaling), 'reconnecting')
  })

  /** The jitter would make the pauses, and so these tests, a matter of luck. */
  const withoutJitter = (): void => {
    Math.random = () => 0.9
  }

  /** Lets somebody in, who can then be told anything. */
  async function admit(socket: ServiceSocket, peerId: string): Promise<void> {
    await once(socket, 'message')
    socket.send(JSON.stringify({ type: 'joined', roomId: room, peers: 0, peerId, members: [], capacity: 2 }))
  }

  t.test('which says when to come back is taken at its word', async (t) => {
    const { ada, sockets } = await startAway(t, withoutJitter)
    const first = await sockets.next()
    await admit(first, 'a')
    await ada.page.waitForFunction(() => globalThis.signalboxCall?.signaling === 'open')
    const closedAt = performance.now()
    first.close(1012, JSON.stringify({ retryMs: 2500 }))
    const second = await sockets.next()
    // By itself it would have come back after 450 or 900 ms.
    const ms = performance.now() - closedAt
    t.ok(ms > 2400, `${Math.round(ms)} ms`)
    await admit(second, 'b')
    await ada.page.waitForFunction(() => globalThis.signalboxCall?.signaling === 'open')

    const askedAt = performance.now()
    let closedMs = 0
    const closed = once(second, 'close').then(() => {
      closedMs = performance.now()
    })
    second.send(JSON.stringify({ type: 'draining', retryMs: 1500 }))
    const third = await sockets.next()
    const openedMs = performance.now()
    t.ok(openedMs - askedAt > 1400, 'when it was asked to')
    await admit(third, 'c')
    await closed
    t.ok(closedMs > openedMs, 'the old socket is let go when there is another one')
  })

  t.test('which lets in and closes at once is not hammered', async (t) => {
    const { sockets } = await startAway(t, withoutJitter)
    const times: number[] = []
    while (times.length < 4) {
      const socket = await sockets.next()
      times.push(performance.now())
      await admit(socket, `${times.length}`)
      socket.close(1013)
    }
    const [first = 0, , , last = 0] = times
    t.ok(last - first > 3000, `rejoins after ${times.map((time) => Math.round(time - first)).join(', ')} ms`)
  })
})
