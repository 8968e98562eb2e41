import type { Browser, Page } from 'playwright-core'
import type { Test } from 'tap'
import type { Call } from '../../public/sdk/index.js'
import { drawPeople } from './drawn-people.js'

interface CrowdMember {
  readonly call: Call
}

declare global {
  /** The members of a crowd by their names. */
  var signalboxCrowd: Map<string, CrowdMember> | undefined
}

/** How somebody in a crowd comes. */
export interface CrowdOptions {
  readonly capacity?: number
  readonly hasCamera?: boolean
  readonly hasSound?: boolean
  readonly pictureHeight?: number
  readonly token?: string
}

/** Several people who share one browser page and have no call page: what they send is drawn, and small. */
export class Crowd {
  readonly page: Page

  private constructor(page: Page) {
    this.page = page
  }

  static async open(t: Pick<Test, 'teardown'>, browser: Browser, url: string): Promise<Crowd> {
    const context = await browser.newContext()
    t.teardown(() => context.close())
    await context.addInitScript(drawPeople)
    const page = await context.newPage()
    // Any page of the same origin that has no call page on it.
    await page.goto(`${url.replace(/^ws/, 'http')}/livez`)
    return new Crowd(page)
  }

  /** Somebody joins. Resolves when the room has been entered. */
  async join(room: string, name: string, options: CrowdOptions = {}): Promise<void> {
    await this.page.evaluate(
      async ({ room, name, capacity, hasCamera, hasSound, pictureHeight, token }) => {
        const path = '/sdk/index.js'
        const sdk: typeof import('../../public/sdk/index.js') = await import(path)
        const crowd = globalThis.signalboxCrowd ?? new Map<string, CrowdMember>()
        globalThis.signalboxCrowd = crowd
        const call = await sdk.join('/ws', { room, name, capacity, ...(token && { token }) })
        const who = crowd.size
        crowd.set(name, { call })
        // They look at nobody, or a picture would be encoded and decoded for every two of them.
        call.on('peer', (peer) => {
          for (const slot of ['camera', 'screen'] as const) peer.want(slot, 0)
        })
        if (hasCamera) {
          const camera = globalThis.signalboxDraw(who, [pictureHeight * (16 / 9), pictureHeight], 6)
          call.on('end', () => camera.stop())
          await call.publish('camera', camera)
        }
        if (hasSound) {
          const audio = new AudioContext()
          const tone = new OscillatorNode(audio, { frequency: 220 + 47 * who })
          const out = audio.createMediaStreamDestination()
          tone.connect(new GainNode(audio, { gain: 0.3 })).connect(out)
          tone.start()
          await call.publish('mic', out.stream.getAudioTracks()[0] ?? null)
        }
      },
      {
        room,
        name,
        capacity: options.capacity ?? 8,
        hasCamera: options.hasCamera ?? true,
        hasSound: options.hasSound ?? false,
        pictureHeight: options.pictureHeight ?? 180,
        token: options.token ?? '',
      },
    )
  }

  /** Everybody named leaves, one right after the other. */
  async leave(...names: string[]): Promise<void> {
    await this.page.evaluate((names) => {
      for (const name of names) {
        globalThis.signalboxCrowd?.get(name)?.call.leave()
        globalThis.signalboxCrowd?.delete(name)
      }
    }, names)
  }

  /** Somebody shares a page of text, of this width and height, or stops that. */
  async share(name: string, size: readonly [width: number, height: number] | null): Promise<void> {
    await this.page.evaluate(
      async ([name, size]) => {
        const member = globalThis.signalboxCrowd?.get(name)
        if (member === undefined) throw new Error(`${name} is not here`)
        if (size === null) {
          await member.call.publish('screen', null)
          return
        }
        const canvas = document.createElement('canvas')
        ;[canvas.width, canvas.height] = size
        const context = canvas.getContext('2d')
        let line = 0
        const draw = (): void => {
          if (context === null) return
          line += 1
          context.fillStyle = '#fdfdfb'
          context.fillRect(0, 0, canvas.width, canvas.height)
          context.fillStyle = '#222'
          context.font = '20px sans-serif'
          for (let row = 1; row * 32 < canvas.height; row += 1) {
            context.fillText(`${row}  What ${name} has written, ${line} times over`, 24, row * 32)
          }
        }
        draw()
        const timer = setInterval(draw, 200)
        const track = canvas.captureStream(5).getVideoTracks()[0] ?? null
        member.call.on('end', () => clearInterval(timer))
        await member.call.publish('screen', track)
      },
      [name, size] as const,
    )
  }

  /** Somebody writes to everybody, as the call page does. */
  async write(name: string, text: string): Promise<void> {
    await this.page.evaluate(
      ([name, text]) => globalThis.signalboxCrowd?.get(name)?.call.send({ type: 'chat', text }),
      [name, text] as const,
    )
  }

  /** Somebody offers everybody a file of this size. */
  async offerFile(name: string, fileName: string, size: number): Promise<void> {
    await this.page.evaluate(
      ([name, fileName, size]) => {
        const file = new File([new Uint8Array(size)], fileName)
        // Who is offered it may go.
        for (const peer of globalThis.signalboxCrowd?.get(name)?.call.peers.values() ?? [])
          peer.sendFile(file).catch(() => {})
      },
      [name, fileName, size] as const,
    )
  }

  /** Somebody raises a hand, before all others. */
  async raiseHand(name: string): Promise<void> {
    await this.page.evaluate(
      (name) => globalThis.signalboxCrowd?.get(name)?.call.update({ metadata: { hand: 1 } }),
      name,
    )
  }

  /** Waits until somebody gets, or no longer gets, something of another in a slot. */
  async gets(name: string, other: string, slot: 'camera' | 'screen', isSending = true): Promise<void> {
    await this.page.waitForFunction(
      ([name, other, slot, isSending]) => {
        const peers = [...(globalThis.signalboxCrowd?.get(name)?.call.peers.values() ?? [])]
        return peers.find((peer) => peer.name === other)?.isSending(slot) === isSending
      },
      [name, other, slot, isSending] as const,
    )
  }
}
