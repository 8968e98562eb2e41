import t from 'tap'
import { startService } from '../helper.js'
import { openKit } from './channel-kit.js'

const { url } = await startService(t)

for (const name of ['chromium', 'firefox'] as const) {
  t.test(name, async (t) => {
    const person = await openKit(t, name, url)
    const { page } = person

    t.test('messages come once and in order, however often the connection is replaced', async (t) => {
      const seen = await page.evaluate(async () => {
        const total = 2000
        const links = [kit.newLink(), kit.newLink()] as const
        const got: [unknown[], unknown[]] = [[], []]
        const next = [0, 0]
        const cuts = Array.from({ length: 5 }, () => Math.floor(Math.random() * total)).sort((a, b) => a - b)
        const cutAt = [...cuts]
        let resends = -1
        let connections: readonly RTCPeerConnection[] = []
        const connect = async () => {
          for (const pc of connections) pc.close()
          connections = await kit.connect()
          for (const side of [0, 1] as const) {
            const channel = connections[side]?.createDataChannel('signalbox.messages', { negotiated: true, id: 1001 })
            if (channel) links[side].use(channel)
          }
          resends += 1
        }
        const push = (side: 0 | 1) => {
          for (; (next[side] ?? 0) < total; next[side] = (next[side] ?? 0) + 1) {
            try {
              links[side].send({ n: next[side], text: 'x'.repeat(Math.floor(Math.random() * 2000)) })
            } catch (error) {
              if (Reflect.get(Object(error), 'code') === 'backlog-full') return
              throw error
            }
          }
        }
        let connecting = connect()
        await new Promise<void>((resolve) => {
          for (const side of [0, 1] as const) {
            links[side].on('message', (data) => {
              got[side].push(Reflect.get(Object(data), 'n'))
              push(0)
              push(1)
              if (side === 0 && got[0].length > (cutAt[0] ?? total)) {
                cutAt.shift()
                connecting = connecting.then(connect)
              }
              if (got[0].length === total && got[1].length === total && cutAt.length === 0) resolve()
            })
            push(side)
          }
        })
        await connecting
        for (const pc of connections) pc.close()
        const inOrder = got.map((numbers) => numbers.length === total && numbers.every((n, index) => n === index))
        return { inOrder, resends, cuts }
      })
      t.strictSame(seen.inOrder, [true, true], `cut after ${seen.cuts}`)
      t.equal(seen.resends, 5)
    })

    t.test('messages have bounds, and many are acknowledged together', async (t) => {
      const seen = await page.evaluate(async () => {
        const [near, far] = await kit.channels('signalbox.messages')
        const link = kit.newLink()
        const refusal = (data: unknown): string => {
          try {
            link.send(data)
            return 'sent'
          } catch (error) {
            return String(Reflect.get(Object(error), 'code') ?? Reflect.get(Object(error), 'name'))
          }
        }
        const cyclic: unknown[] = []
        cyclic.push(cyclic)
        const refused = [undefined, () => 1, 1n, cyclic, 'é'.repeat(32_768)].map(refusal)
        const big = 'é'.repeat(32_767)
        const bigs = Array.from({ length: 65 }, () => refusal(big))
        let buffered = 0
        const send = near.send.bind(near)
        near.send = (data: string | Blob | ArrayBuffer | ArrayBufferView<ArrayBuffer>) => {
          send(data as string)
          buffered = Math.max(buffered, near.bufferedAmount)
        }
        const hello = kit.texts(far, 1)
        link.use(near)
        const bufferedBefore = buffered
        const first = await hello
        const rest = kit.texts(far, 64)
        far.send('{"type":"hello","received":0}')
        await rest
        far.send('{"type":"ack","n":64}')

        // And what is received: 1000 in one burst.
        const acknowledged = new Promise<string[]>((resolve) => {
          const acks: string[] = []
          far.addEventListener('message', ({ data }) => {
            acks.push(data)
            if (data === '{"type":"ack","n":1000}') resolve(acks)
          })
        })
        for (let n = 1; n <= 1000; n += 1) far.send(`{"type":"message","n":${n},"data":${n}}`)
        const acks = await acknowledged
        const small = Array.from({ length: 1000 }, () => refusal(1))
        const other = kit.newLink()
        for (let n = 0; n < 1000; n += 1) other.send(n)
        let full: unknown
        try {
          other.send(1)
        } catch (error) {
          full = Reflect.get(Object(error), 'code')
        }
        link.close()
        return { refused, bigs, buffered, bufferedBefore, first, acks: acks.length, small, full, closed: refusal(1) }
      })
      t.strictSame(seen.refused, ['TypeError', 'TypeError', 'TypeError', 'TypeError', 'message-too-big'])
      t.strictSame(seen.bigs, [...Array.from({ length: 64 }, () => 'sent'), 'backlog-full'])
      t.strictSame(seen.first, ['{"type":"hello","received":0}'])
      t.ok(seen.bufferedBefore < 100, 'no message before the hello of the other side')
      t.ok(seen.buffered > 100_000 && seen.buffered <= 262_144 + 100, `${seen.buffered} bytes at once`)
      t.ok(seen.acks <= 100, `${seen.acks} acknowledgements`)
      t.ok(
        seen.small.every((result) => result === 'sent'),
        'what is acknowledged makes room',
      )
      t.equal(seen.full, 'backlog-full')
      t.equal(seen.closed, 'channel-closed')
    })

    t.test('a peer that does not keep to the protocol of messages harms itself alone', async (t) => {
      const seen = await page.evaluate(async () => {
        const [old, oldFar] = await kit.channels('signalbox.messages')
        const [near, far] = await kit.channels('signalbox.messages')
        const link = kit.newLink()
        const got: unknown[] = []
        const last = new Promise<void>((resolve) => {
          link.on('message', (data) => {
            got.push(data)
            if (data === 'last') resolve()
          })
        })
        link.send('a')
        link.send('b')
        link.use(old)
        link.use(near)
        oldFar.send('{"type":"message","n":1,"data":"of the channel before"}')
        oldFar.send('{"type":"hello","received":0}')
        const heard: string[] = []
        const done = new Promise<void>((resolve) => {
          far.addEventListener('message', ({ data }) => {
            if (!data.includes('ack')) heard.push(data)
            if (data.includes('"c"')) resolve()
          })
        })
        const nonsense = [
          '',
          '{',
          'null',
          '[1]',
          '{"type":"ack","n":9}',
          '{"type":"hello","received":1}',
          '{"type":"hello"}',
        ]
        const numbers = [0, 2, -1, 1.5, '1e999', '"1"', null].map((n) => `{"type":"message","n":${n},"data":"wrong"}`)
        const gigantic = `{"type":"message","n":1,"data":"${'x'.repeat(200_000)}"}`
        for (const data of [...nonsense, ...numbers, gigantic, '{"type":"message","n":1}']) far.send(data)
        far.send(new Uint8Array(100))
        far.send('{"type":"hello","received":0}')
        far.send('{"type":"hello","received":0}')
        far.send('{"type":"message","n":1,"data":null}')
        far.send('{"type":"message","n":1,"data":"again"}')
        far.send('{"type":"message","n":2,"data":"last"}')
        await last
        far.send('{"type":"ack","n":9007199254740991}')
        far.send('{"type":"ack","n":2}')
        far.send('{"type":"ack","n":1}')
        far.send('{"type":"message","n":3,"data":"more"}')
        await new Promise<void>((resolve) => {
          link.on('message', () => resolve(), { once: true })
        })
        link.send('c')
        await done
        return { got, heard }
      })
      t.strictSame(seen.got, [null, 'last', 'more'])
      t.strictSame(seen.heard, [
        '{"type":"hello","received":0}',
        '{"type":"message","n":1,"data":"a"}',
        '{"type":"message","n":2,"data":"b"}',
        '{"type":"message","n":3,"data":"c"}',
      ])
      t.strictSame(person.complaints, [])
    })
  })
}
