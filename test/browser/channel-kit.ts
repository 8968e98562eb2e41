import type { Page } from 'playwright-core'
import type { Test } from 'tap'
import type { AcceptOptions, IncomingFile } from '../../public/sdk/incoming-file.js'
import type { MessageLink } from '../../public/sdk/message-link.js'
import { type BrowserName, openBrowser, Person } from './browsers.js'

/** What became of a transfer: `done`, or the code of its error with what the SDK and the platform said. */
export type Outcome = 'done' | { readonly code: string; readonly message: string; readonly cause: string }

export interface Offer {
  /** The sender's channel and the receiver's. */
  readonly near: RTCDataChannel
  readonly far: RTCDataChannel
  readonly sent: Promise<Outcome>
  readonly offered: IncomingFile
}

/** What the tests of data channels do in a page: the SDK's modules, connections without a service, and instruments. */
export interface ChannelKit {
  sendFile: typeof import('../../public/sdk/file-sender.js').sendFile
  receiveFile: typeof import('../../public/sdk/incoming-file.js').receiveFile
  newLink(): MessageLink
  /** Two connections of this page with each other. */
  connect(): Promise<readonly [RTCPeerConnection, RTCPeerConnection]>
  /** A connection that lives as long as the page. */
  shared(): Promise<readonly [RTCPeerConnection, RTCPeerConnection]>
  /** Two ends of one open channel. */
  channels(label?: string): Promise<readonly [RTCDataChannel, RTCDataChannel]>
  /** Offers a file over the shared connection, from its first end unless told otherwise. */
  offer(file: Blob, options?: Parameters<ChannelKit['sendFile']>[2], from?: 0 | 1): Promise<Offer>
  /** Offers a file by hand: the other side is the test. */
  forge(offer: unknown): Promise<{ raw: RTCDataChannel; incoming: IncomingFile | undefined }>
  outcome(transfer: Promise<unknown>): Promise<Outcome>
  accepted(file: IncomingFile, options?: AcceptOptions): Promise<Outcome>
  randomFile(bytes: number): File
  sha256(blob: Blob): Promise<string>
  event(target: EventTarget, type: string): Promise<Event>
  /** The next messages that come, as texts. */
  texts(channel: RTCDataChannel, count: number): Promise<string[]>
}

declare global {
  var kit: ChannelKit
}

/** Opens a page of the service, with the kit in it as `kit`. */
export async function openKit(t: Test, name: BrowserName, url: string): Promise<Person> {
  const person = await Person.open(t, await openBrowser(name), url)
  await installChannelKit(person.page)
  return person
}

/** Puts `kit` into the page. */
async function installChannelKit(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const path = (name: string): string => `/sdk/${name}.js`
    const { sendFile }: typeof import('../../public/sdk/file-sender.js') = await import(path('file-sender'))
    const { receiveFile }: typeof import('../../public/sdk/incoming-file.js') = await import(path('incoming-file'))
    const links: typeof import('../../public/sdk/message-link.js') = await import(path('message-link'))
    let sharing: ReturnType<ChannelKit['connect']> | undefined
    const kit: ChannelKit = {
      sendFile,
      receiveFile,
      newLink: () => new links.MessageLink(),
      async connect() {
        const pair = [new RTCPeerConnection(), new RTCPeerConnection()] as const
        const [a, b] = pair
        const first = a.createDataChannel('first', { negotiated: true, id: 900 })
        b.createDataChannel('first', { negotiated: true, id: 900 })
        // With the candidates in the descriptions, none can come too early for the other side.
        const described = async (pc: RTCPeerConnection): Promise<RTCSessionDescriptionInit> => {
          await pc.setLocalDescription()
          while (pc.iceGatheringState !== 'complete') await kit.event(pc, 'icegatheringstatechange')
          return pc.localDescription ?? { type: 'rollback' }
        }
        await b.setRemoteDescription(await described(a))
        await a.setRemoteDescription(await described(b))
        if (first.readyState !== 'open') await kit.event(first, 'open')
        return pair
      },
      shared() {
        sharing ??= kit.connect()
        return sharing
      },
      async channels(label = 'signalbox.file') {
        const [a, b] = await kit.shared()
        const far = new Promise<RTCDataChannel>((resolve) => {
          b.ondatachannel = ({ channel }) => resolve(channel)
        })
        const near = a.createDataChannel(label)
        near.binaryType = 'arraybuffer'
        const open = kit.event(near, 'open')
        const ends = [near, await far] as const
        await open
        return ends
      },
      async offer(file, options, from = 0) {
        const pair = await kit.shared()
        const [sender, receiver] = from === 0 ? pair : [pair[1], pair[0]]
        const arrived = new Promise<[RTCDataChannel, Promise<IncomingFile | undefined>]>((resolve) => {
          receiver.ondatachannel = ({ channel }) => resolve([channel, receiveFile(channel)])
        })
        const near = sender.createDataChannel('signalbox.file')
        const sent = kit.outcome(sendFile(near, file, options))
        const [far, incoming] = await arrived
        const offered = await incoming
        if (offered === undefined) throw new Error('no offer came')
        return { near, far, sent, offered }
      },
      async forge(offer) {
        const [a, b] = await kit.shared()
        const incoming = new Promise<IncomingFile | undefined>((resolve) => {
          b.ondatachannel = ({ channel }) => resolve(receiveFile(channel))
        })
        const raw = a.createDataChannel('signalbox.file')
        raw.binaryType = 'arraybuffer'
        await kit.event(raw, 'open')
        raw.send(typeof offer === 'string' ? offer : JSON.stringify(offer))
        return { raw, incoming: await incoming }
      },
      async outcome(transfer) {
        try {
          await transfer
          return 'done'
        } catch (error) {
          if (!(error instanceof Error)) throw error
          return { code: String(Reflect.get(error, 'code')), message: error.message, cause: String(error.cause) }
        }
      },
      accepted: (file, options) => kit.outcome(file.accept(options)),
      randomFile(bytes) {
        const parts: Uint8Array<ArrayBuffer>[] = []
        for (let left = bytes; left > 0; left -= 65_536) {
          parts.push(crypto.getRandomValues(new Uint8Array(Math.min(left, 65_536))))
        }
        return new File(parts, 'noise.bin', { type: 'application/octet-stream' })
      },
      async sha256(blob) {
        const hash = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer())
        return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('')
      },
      event: (target, type) => new Promise((resolve) => target.addEventListener(type, resolve, { once: true })),
      texts: (channel, count) =>
        new Promise((resolve) => {
          const heard: string[] = []
          const listening = new AbortController()
          const hear = ({ data }: MessageEvent): void => {
            if (heard.push(String(data)) !== count) return
            listening.abort()
            resolve(heard)
          }
          channel.addEventListener('message', hear, { signal: listening.signal })
        }),
    }
    globalThis.kit = kit
  })
}
