import type { Browser, Page } from 'playwright-core'
import type { Test } from 'tap'
import type { Call, JoinOptions, Peer } from '../../public/sdk/index.js'
import { Person } from './browsers.js'

declare global {
  /** The call of a `Member`'s page. */
  var call: Call
  /** What its call has told, by event, in order. */
  var told: string[]
  /** The last socket it has opened. */
  var socket: WebSocket
  /** Every frame that has come over any socket, in order. */
  var socketLog: string[]
  /** While it is true, no new socket reaches the service. */
  var isCutOff: boolean
}

/** Somebody in a call by the SDK alone, on a page without anything of ours but the SDK. */
export class Member {
  readonly page: Page
  readonly complaints: string[]

  private constructor(person: Person) {
    this.page = person.page
    this.complaints = person.complaints
  }

  /** @param url  of the service, `ws:` */
  static async open(t: Test, browser: Browser, url: string, prepare?: () => void): Promise<Member> {
    // It asks for little itself.
    const person = await Person.open(t, browser, `${url}/livez`, { hasFullCamera: true, ...(prepare && { prepare }) })
    await person.page.evaluate(() => {
      globalThis.socketLog = []
      globalThis.isCutOff = false
      globalThis.WebSocket = class extends globalThis.WebSocket {
        constructor(url: string | URL) {
          super(globalThis.isCutOff ? 'ws://127.0.0.1:1' : url)
          globalThis.socket = this
          this.addEventListener('message', ({ data }) => globalThis.socketLog.push(String(data)))
        }
      }
    })
    return new Member(person)
  }

  /** Opens a page and joins, sending sound and picture. */
  static async join(
    t: Test,
    browser: Browser,
    url: string,
    options: JoinOptions,
    prepare?: () => void,
  ): Promise<Member> {
    const member = await Member.open(t, browser, url, prepare)
    await member.join(options)
    await member.publish()
    return member
  }

  /**
   * @param socketUrl   of the WebSocket, if it is another than the service's own
   * @param iceServers  what the application gives, one after the other, where it gives any
   */
  async join(options: JoinOptions, socketUrl = '/ws', iceServers: readonly RTCIceServer[] = []): Promise<void> {
    await this.page.evaluate(
      async ([given, socketUrl, iceServers]) => {
        const own = [...iceServers]
        const give = (): RTCIceServer[] => own.splice(0, 1)
        const options = iceServers.length === 0 ? given : { ...given, iceServers: give }
        // Not by a literal: the compiler would look for it on this side.
        const path = '/sdk/index.js'
        const { join }: typeof import('../../public/sdk/index.js') = await import(path)
        const call = await join(socketUrl, options)
        globalThis.call = call
        globalThis.told = []
        const show = (peer: Peer): void => {
          for (const kind of ['user', 'screen'] as const) {
            const video = document.createElement('video')
            video.srcObject = peer.stream(kind)
            video.autoplay = true
            document.body.append(video)
          }
          globalThis.told.push(`peer ${peer.name}`)
          peer.on('state', (state) => globalThis.told.push(`${peer.name} ${state}`))
        }
        for (const peer of call.peers.values()) show(peer)
        call.on('peer', show)
        call.on('signaling', (state) => globalThis.told.push(`signaling ${state}`))
        call.on('left', ({ peer, reason }) => globalThis.told.push(`left ${peer.name} ${reason}`))
        call.on('error', (error) => globalThis.told.push(`error ${error.code} ${error.cause ?? error.message}`))
        call.on('end', ({ reason }) => globalThis.told.push(`end ${reason === 'left' ? reason : reason.code}`))
      },
      [options, socketUrl, iceServers] as const,
    )
  }

  async publish(): Promise<void> {
    await this.page.evaluate(async () => {
      const media = await navigator.mediaDevices.getUserMedia({
        audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
        video: { width: 320, height: 240 },
      })
      await globalThis.call.publish('mic', media.getAudioTracks()[0] ?? null)
      await globalThis.call.publish('camera', media.getVideoTracks()[0] ?? null)
    })
  }

  /** What the call has told so far. */
  told(): Promise<string[]> {
    return this.page.evaluate(() => globalThis.told)
  }

  /** How many frames have been decoded in a slot, by the name of who sent them. */
  frames(slot: 'camera' | 'screen'): Promise<Record<string, number>> {
    return this.page.evaluate(async (slot) => {
      const decoded: Record<string, number> = {}
      for (const peer of globalThis.call.peers.values()) {
        const kind = slot === 'camera' ? 'user' : 'screen'
        const [shown] = peer.stream(kind).getVideoTracks()
        const receiver = peer.pc.getReceivers().find(({ track }) => track === shown)
        for (const stats of (await receiver?.getStats())?.values() ?? []) {
          if (stats.type === 'inbound-rtp') decoded[peer.name ?? peer.id] = stats.framesDecoded ?? 0
        }
      }
      return decoded
    }, slot)
  }

  /** Waits until so many more frames of each of these people have been decoded. */
  async sees(
    names: readonly string[],
    more = 10,
    slot: 'camera' | 'screen' = 'camera',
  ): Promise<Record<string, number>> {
    const before = await this.frames(slot)
    for (;;) {
      const now = await this.frames(slot)
      const isEnough = names.every((name) => {
        const [was, is] = [before[name] ?? 0, now[name] ?? 0]
        // A new connection counts from nothing.
        return is >= (is < was ? 0 : was) + more
      })
      if (isEnough) return now
      await this.page.waitForTimeout(200)
    }
  }

  /** Waits until each of these people has been heard, by the sound that was decoded: not silence. */
  async hears(names: readonly string[]): Promise<void> {
    await this.page.waitForFunction(
      async (names) => {
        const heard = new Set<string | undefined>()
        for (const peer of globalThis.call.peers.values()) {
          const [sound] = peer.stream().getAudioTracks()
          const receiver = peer.pc.getReceivers().find(({ track }) => track === sound)
          for (const stats of (await receiver?.getStats())?.values() ?? []) {
            if (stats.type === 'inbound-rtp' && (stats.totalAudioEnergy ?? 0) > 1e-4) heard.add(peer.name)
          }
        }
        return names.every((name) => heard.has(name))
      },
      names,
      { polling: 200 },
    )
  }

  /** Waits until the call has told this. */
  async isTold(what: string): Promise<void> {
    await this.page.waitForFunction((what) => globalThis.told.includes(what), what)
  }

  /** Ends one connection as if the browser had lost it, without a word to anybody. */
  async breakConnection(name: string): Promise<void> {
    await this.page.evaluate((name) => {
      for (const peer of globalThis.call.peers.values()) if (peer.name === name) peer.pc.close()
    }, name)
  }

  /** Loses the connection to the service; it comes back by itself. */
  async loseSocket(): Promise<void> {
    await this.page.evaluate(() => globalThis.socket.close())
  }

  /** Loses the connection to the service, and gets no other one until `isCutOff` is false again. */
  async cutOff(): Promise<void> {
    await this.page.evaluate(() => {
      globalThis.isCutOff = true
      globalThis.socket.close()
    })
  }

  async endCutOff(): Promise<void> {
    await this.page.evaluate(() => (globalThis.isCutOff = false))
  }

  /** Waits until the service has said something of this type. */
  async hasHeard(type: string): Promise<void> {
    await this.page.waitForFunction((type) => globalThis.socketLog.some((text) => JSON.parse(text).type === type), type)
  }
}
