import t from 'tap'
import type { IncomingFile } from '../../public/sdk/incoming-file.js'
import { startService } from '../helper.js'
import { openKit } from './channel-kit.js'

const { url } = await startService(t)

declare global {
  var pc: RTCPeerConnection
  var first: RTCDataChannel
  var arrived: Promise<IncomingFile | undefined>
}

for (const name of ['chromium', 'firefox'] as const) {
  t.test(name, async (t) => {
    const person = await openKit(t, name, url)
    const { page } = person

    t.test('20 MB each way at the same time arrive unchanged', async (t) => {
      const ways = await page.evaluate(async () => {
        const way = async (from: 0 | 1) => {
          const file = kit.randomFile(20_000_000)
          const progress: number[] = []
          const { sent, offered, near } = await kit.offer(file, { onprogress: (bytes) => progress.push(bytes) }, from)
          const received: number[] = []
          const blob = await offered.accept({ onprogress: (bytes) => received.push(bytes) })
          return {
            offered: { name: offered.name, size: offered.size, type: offered.type },
            sent: await sent,
            isSame: blob !== undefined && (await kit.sha256(blob)) === (await kit.sha256(file)),
            type: blob?.type,
            isRising: progress.every((bytes, index) => bytes > (progress[index - 1] ?? 0)),
            steps: progress.length,
            last: [progress.at(-1), received.at(-1)],
            state: near.readyState,
          }
        }
        return Promise.all([way(0), way(1)])
      })
      for (const way of ways) {
        t.match(way, {
          offered: { name: 'noise.bin', size: 20_000_000, type: 'application/octet-stream' },
          sent: 'done',
          isSame: true,
          type: 'application/octet-stream',
          isRising: true,
          last: [20_000_000, 20_000_000],
          state: /clos/,
        })
        t.ok(way.steps > 20, `${way.steps} steps of progress`)
      }
    })

    t.test('a slow stream holds the sender back', async (t) => {
      const seen = await page.evaluate(async () => {
        const file = kit.randomFile(12 * 1024 * 1024)
        let [sentBytes, acknowledgedBytes, writtenBytes, arrivedBytes, chunks] = [0, 0, 0, 0, 0]
        const most = { unacknowledged: 0, buffered: 0, unwritten: 0 }
        const { near, far, sent, offered } = await kit.offer(file, {
          onprogress: (bytes) => {
            acknowledgedBytes = bytes
            most.unwritten = Math.max(most.unwritten, bytes - writtenBytes)
          },
        })
        const send = near.send.bind(near)
        near.send = (data: string | Blob | ArrayBuffer | ArrayBufferView<ArrayBuffer>) => {
          send(data as ArrayBufferView<ArrayBuffer>)
          if (ArrayBuffer.isView(data)) sentBytes += data.byteLength
          most.unacknowledged = Math.max(most.unacknowledged, sentBytes - acknowledgedBytes)
          most.buffered = Math.max(most.buffered, near.bufferedAmount)
        }
        let release = () => {}
        const released = new Promise<void>((resolve) => {
          release = resolve
        })
        const full = new Promise<void>((resolve) => {
          far.addEventListener('message', ({ data }) => {
            if (data instanceof ArrayBuffer) arrivedBytes += data.byteLength
            if (arrivedBytes === 4 * 1024 * 1024) resolve()
          })
        })
        const accepted = kit.accepted(offered, {
          to: new WritableStream({
            async write(chunk) {
              await released
              if (chunks++ % 16 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
              writtenBytes += chunk.byteLength
            },
          }),
        })
        await full
        // A round trip over another channel: what the sender could have sent on has been sent.
        await kit.channels('barrier')
        const stuck = { sentBytes, acknowledgedBytes, arrivedBytes }
        release()
        return { stuck, outcomes: [await accepted, await sent], most, writtenBytes }
      })
      t.strictSame(seen.stuck, { sentBytes: 4_194_304, acknowledgedBytes: 0, arrivedBytes: 4_194_304 })
      t.strictSame(seen.outcomes, ['done', 'done'])
      t.equal(seen.writtenBytes, 12 * 1024 * 1024)
      t.equal(seen.most.unwritten, 0, 'progress counts what is written')
      t.equal(seen.most.unacknowledged, 4_194_304)
      t.ok(seen.most.buffered < 1024 * 1024 + 100, `at most ${seen.most.buffered} bytes in the channel`)
    })

    t.test('an empty file, an odd chunk size, and a name that is none', async (t) => {
      const seen = await page.evaluate(async () => {
        const empty = await kit.offer(new Blob([]))
        const { offered } = empty
        const blob = await offered.accept()
        const odd = await kit.offer(new File([kit.randomFile(1_500_001)], '../../\u202eexe.fdp'), {
          chunkBytes: 100_003,
        })
        const received = await odd.offered.accept()
        return {
          empty: [await empty.sent, offered.name, offered.size, offered.type, blob?.size],
          odd: [await odd.sent, odd.offered.name, received?.size],
          misuse: await Promise.all([
            kit.outcome(odd.offered.accept()),
            kit.outcome(kit.sendFile(odd.near, new Blob([]))),
            kit.outcome(kit.sendFile(odd.near, new Blob([]), { chunkBytes: 1023 })),
          ]),
        }
      })
      t.strictSame(seen.empty, ['done', 'file', 0, '', 0])
      t.strictSame(seen.odd, ['done', '....exe.fdp', 1_500_001])
      t.match(seen.misuse, [/*TypeError*/ { message: /answered/ }, { code: 'file-failed' }, { message: /1024 to/ }])
    })

    t.test('a file is refused, by the person or because it does not go into memory', async (t) => {
      const seen = await page.evaluate(async () => {
        const { sent, offered, near } = await kit.offer(kit.randomFile(10))
        offered.refuse()
        offered.refuse()
        const refused = await sent
        const { raw, incoming: huge } = await kit.forge({ type: 'file', name: 'x', size: 2 ** 40, mime: 'a/b\u0000' })
        const answer = kit.texts(raw, 1)
        const accepted = huge && (await kit.accepted(huge))
        return { refused, state: near.readyState, accepted, answer: await answer, type: huge?.type }
      })
      t.match(seen, {
        refused: { code: 'file-refused' },
        state: /clos/,
        accepted: { code: 'file-failed', message: /1099511627776 bytes/ },
        answer: ['{"type":"refuse"}'],
        type: '',
      })
    })

    t.test('either side can end it at any time, and the other is told', async (t) => {
      const seen = await page.evaluate(async () => {
        const size = 8 * 1024 * 1024
        const aborted = async (side: 'sender' | 'receiver') => {
          const controller = new AbortController()
          const { signal } = controller
          const stop = (bytes: number) => void (bytes > 1_000_000 && controller.abort('enough'))
          const { sent, offered } = await kit.offer(
            kit.randomFile(size),
            side === 'sender' ? { signal, onprogress: stop } : {},
          )
          let reason: unknown
          const to = new WritableStream<Uint8Array>({
            abort: (error) => {
              reason = error
            },
          })
          const accepted = kit.accepted(offered, side === 'receiver' ? { to, signal, onprogress: stop } : { to })
          const outcomes = [await sent, await accepted]
          return { outcomes, reason: String(Reflect.get(Object(reason), 'code')) }
        }
        const withdrawn = async () => {
          const controller = new AbortController()
          const { sent, offered } = await kit.offer(kit.randomFile(size), { signal: controller.signal })
          const withdrawn = kit.event(offered, 'withdrawn')
          controller.abort()
          await withdrawn
          return [await sent, await kit.accepted(offered)]
        }
        const before = async () => {
          const { sent, offered } = await kit.offer(kit.randomFile(size))
          const accepted = await kit.accepted(offered, { signal: AbortSignal.abort() })
          const [near] = await kit.channels()
          const never = await kit.outcome(kit.sendFile(near, new Blob([]), { signal: AbortSignal.abort() }))
          return [await sent, accepted, never]
        }
        return {
          sender: await aborted('sender'),
          receiver: await aborted('receiver'),
          withdrawn: await withdrawn(),
          before: await before(),
        }
      })
      t.match(seen.sender, {
        outcomes: [{ code: 'aborted', cause: 'enough' }, { code: 'file-failed' }],
        reason: 'file-failed',
      })
      t.match(seen.receiver, {
        outcomes: [{ code: 'file-failed' }, { code: 'aborted', cause: 'enough' }],
        reason: 'aborted',
      })
      t.match(seen.withdrawn, [{ code: 'aborted' }, { code: 'file-failed', message: /withdrawn/ }])
      t.match(seen.before, [{ code: 'file-failed' }, { code: 'aborted' }, { code: 'aborted' }])
    })

    t.test('a channel or connection that closes in the middle fails both sides', async (t) => {
      const seen = await page.evaluate(async () => {
        const cut = async (how: 'near' | 'far') => {
          const { sent, offered, near, far } = await kit.offer(kit.randomFile(8 * 1024 * 1024))
          const end = how === 'near' ? near : far
          const onprogress = (bytes: number) => void (bytes > 1_000_000 && end.close())
          return [await kit.accepted(offered, { onprogress }), await sent]
        }
        const closed = async (which: 0 | 1) => {
          const pair = await kit.connect()
          // What says goodbye is one packet, which may be lost: then the connection is found dead, as a call finds it.
          for (const end of pair) {
            const isDead = () => end.iceConnectionState === 'disconnected' || end.iceConnectionState === 'failed'
            end.addEventListener('iceconnectionstatechange', () => isDead() && end.close())
          }
          const arrived = new Promise<Awaited<ReturnType<typeof kit.receiveFile>>>((resolve) => {
            pair[1].ondatachannel = ({ channel }) => resolve(kit.receiveFile(channel))
          })
          const channel = pair[0].createDataChannel('signalbox.file')
          const sent = kit.outcome(kit.sendFile(channel, kit.randomFile(8 * 1024 * 1024)))
          const offered = await arrived
          if (offered === undefined) throw new Error('no offer')
          const onprogress = (bytes: number) => void (bytes > 1_000_000 && pair[which].close())
          return [await kit.accepted(offered, { onprogress }), await sent]
        }
        return { near: await cut('near'), far: await cut('far'), sender: await closed(0), receiver: await closed(1) }
      })
      for (const outcomes of Object.values(seen)) t.match(outcomes, [{ code: 'file-failed' }, { code: 'file-failed' }])
    })

    t.test('a stream that fails, or a file that cannot be read, fails both sides', async (t) => {
      const seen = await page.evaluate(async () => {
        const into = async (to: WritableStream<Uint8Array>, bytes = 3_000_000) => {
          const { sent, offered } = await kit.offer(kit.randomFile(bytes))
          return [await kit.accepted(offered, { to }), await sent]
        }
        const fail = (): never => {
          throw new Error('disk full')
        }
        const locked = new WritableStream()
        locked.getWriter()
        class Unreadable extends Blob {
          override slice(): Blob {
            return fail()
          }
        }
        const unreadable = await kit.offer(new Unreadable(['x']))
        return {
          write: await into(new WritableStream({ write: fail })),
          close: await into(new WritableStream({ close: fail })),
          idle: await into(new WritableStream({ start: (controller) => controller.error(new Error('disk full')) })),
          locked: await into(locked),
          unreadable: [await kit.accepted(unreadable.offered), await unreadable.sent],
        }
      })
      const lost = { code: 'file-failed', cause: 'Error: disk full' }
      for (const outcomes of [seen.write, seen.close, seen.idle]) t.match(outcomes, [lost, { code: 'file-failed' }])
      t.match(seen.locked, [{ code: 'file-failed', cause: /TypeError/ }, { code: 'file-failed' }])
      t.match(seen.unreadable, [{ code: 'file-failed' }, lost])
    })

    t.test('what the other side says of a file is not trusted', async (t) => {
      const seen = await page.evaluate(async () => {
        const offer = { type: 'file', name: 'x', size: 10_000, mime: '' }
        const bytes = (count: number) => new Uint8Array(count)
        /** A sender by hand, whose offer is accepted. */
        const sender = async (size: number, ...sending: (string | Uint8Array<ArrayBuffer>)[]) => {
          const { raw, incoming } = await kit.forge({ ...offer, size })
          if (incoming === undefined) throw new Error('no offer came')
          const heard = kit.texts(raw, 1)
          // It never finishes a write, so nothing is acknowledged.
          const accepted = kit.accepted(incoming, { to: new WritableStream({ write: () => new Promise(() => {}) }) })
          await heard
          for (const data of sending) typeof data === 'string' ? raw.send(data) : raw.send(data)
          return accepted
        }
        /** A receiver by hand, of 10,000 bytes. */
        const receiver = async (...saying: (string | Uint8Array<ArrayBuffer>)[]) => {
          const [near, far] = await kit.channels()
          const sent = kit.outcome(kit.sendFile(near, kit.randomFile(10_000)))
          await kit.texts(far, 1)
          for (const data of saying) typeof data === 'string' ? far.send(data) : far.send(data)
          return sent
        }
        const early = await kit.forge(offer)
        const withdrawn = early.incoming && kit.event(early.incoming, 'withdrawn')
        early.raw.send(bytes(10_000))
        await withdrawn
        const accept = '{"type":"accept"}'
        const noOffers = ['{', '[]', 'x'.repeat(100_000), accept, { ...offer, size: -1 }, { ...offer, size: 2 ** 53 }]
        const offers = [...noOffers, { ...offer, size: 1.5 }, { ...offer, name: 5 }, { ...offer, mime: null }]
        const ignored: boolean[] = []
        for (const nonsense of offers) ignored.push((await kit.forge(nonsense)).incoming === undefined)
        return {
          ignored,
          sender: [
            await sender(10_000, bytes(5000), '{"type":"end"}'),
            await sender(10_000, bytes(5000), bytes(5001)),
            await sender(10_000, bytes(1023)),
            await sender(2 ** 40, ...Array.from({ length: 65 }, () => bytes(65_536))),
            await sender(10_000, '{"type":"ack","bytes":0}'),
            await sender(10_000, 'x'.repeat(100_000)),
          ],
          receiver: [
            await receiver('{"type":"done"}'),
            await receiver(accept, '{"type":"ack","bytes":10001}'),
            await receiver(accept, '{"type":"ack","bytes":-1}'),
            await receiver(accept, accept),
            await receiver('{}'),
            await receiver(bytes(5)),
          ],
        }
      })
      t.strictSame([...new Set(seen.ignored)], [true])
      for (const outcome of [...seen.sender, ...seen.receiver]) t.match(outcome, { code: 'file-failed' })
      t.match(seen.sender, [
        { message: '5000 of 10000 bytes came' },
        { message: 'more than the 10000 bytes that were announced came' },
        { message: 'a chunk was too short' },
        { message: 'more came than was acknowledged' },
      ])
      // Of a connection whose other end was closed in a test before, Firefox says so half a minute later.
      const complaints = person.complaints.filter((text) => !text.startsWith('ICE failed'))
      t.strictSame(complaints, [])
    })
  })
}

t.test('between Chromium and Firefox files arrive unchanged, both ways', async (t) => {
  const [ada, bo] = [await openKit(t, 'chromium', url), await openKit(t, 'firefox', url)]
  const describe = async (remote?: RTCSessionDescriptionInit): Promise<RTCSessionDescriptionInit> => {
    globalThis.pc ??= new RTCPeerConnection()
    const { pc } = globalThis
    globalThis.arrived ??= new Promise((resolve) => {
      pc.ondatachannel = ({ channel }) => resolve(kit.receiveFile(channel))
    })
    // Held for the answer, too: it brings the transport that the files share.
    globalThis.first ??= pc.createDataChannel('first', { negotiated: true, id: 900 })
    if (remote !== undefined) await pc.setRemoteDescription(remote)
    if (pc.signalingState !== 'stable' || remote === undefined) {
      await pc.setLocalDescription()
      while (pc.iceGatheringState !== 'complete') await kit.event(pc, 'icegatheringstatechange')
    }
    return { type: pc.localDescription?.type ?? 'offer', sdp: pc.localDescription?.sdp ?? '' }
  }
  const answer = await bo.page.evaluate(describe, await ada.page.evaluate(describe, undefined))
  await ada.page.evaluate(describe, answer)
  const exchange = async (): Promise<[string, string]> => {
    if (globalThis.first.readyState !== 'open') await kit.event(globalThis.first, 'open')
    const file = kit.randomFile(2_000_000)
    const sent = kit.sendFile(globalThis.pc.createDataChannel('signalbox.file'), file)
    const blob = await (await globalThis.arrived)?.accept()
    await sent
    return [await kit.sha256(file), blob === undefined ? 'nothing' : await kit.sha256(blob)]
  }
  const [ofAda, ofBo] = await Promise.all([ada.page.evaluate(exchange), bo.page.evaluate(exchange)])
  t.strictSame(ofAda, [...ofBo].reverse())
})
