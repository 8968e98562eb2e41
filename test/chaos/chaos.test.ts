import { setTimeout as elapse } from 'node:timers/promises'
import t from 'tap'
import { startService } from '../helper.js'
import { randomFrom } from '../random-from.js'
import { ResumingClient } from '../resuming-client.js'

const clientCount = 200
const roomCount = 60
const chaosMs = 8000
const mostChaosMs = 60_000

interface Parcel {
  readonly sender: number
  readonly to: number
  readonly k: number
}

/** A client that checks its own stream: of each sender it must get 1, 2, 3, …, each once. */
class Checked extends ResumingClient {
  readonly number: number
  readonly others = new Map<string, number>()
  readonly sent = new Map<number, number>()
  readonly taken = new Map<number, number>()
  readonly counts = { lost: 0, doubled: 0, disordered: 0, left: 0 }

  constructor(url: string, roomId: string, number: number) {
    super(url, roomId, (message) => {
      switch (message.type) {
        case 'ready':
          this.others.set(message.peerId, Number(message.name))
          break
        case 'peer-left':
          this.counts.left += 1
          break
        case 'ice':
          this.#take(message as unknown as { readonly candidate: Parcel })
      }
    })
    this.number = number
  }

  say(peerId: string): void {
    const to = this.others.get(peerId) ?? -1
    const k = (this.sent.get(to) ?? 0) + 1
    this.sent.set(to, k)
    this.send({ type: 'ice', to: peerId, candidate: { sender: this.number, to, k } })
  }

  #take({ candidate: { sender, to, k } }: { readonly candidate: Parcel }): void {
    const last = this.taken.get(sender) ?? 0
    if (to !== this.number) this.faults.push('for somebody else')
    if (k <= last) this.counts.doubled += 1
    else if (k > last + 1) this.counts.disordered += 1
    this.taken.set(sender, Math.max(last, k))
  }
}

t.test('sockets die, stall, stutter and resume twice, and no message is lost, doubled or out of order', async (t) => {
  const seed = Date.now() >>> 0
  const random = randomFrom(seed)
  const { url } = await startService(t, { maxRoomCapacity: 16 })
  const clients = Array.from({ length: clientCount }, (_, n) => new Checked(url, `room ${n % roomCount}`, n))
  t.teardown(() => {
    for (const { socket } of clients) socket?.terminate()
  })
  for (const client of clients) await client.join({ capacity: 16, name: String(client.number) })
  const done = { sent: 0, killed: 0, frozen: 0, doubled: 0, stalled: 0, saidTwice: 0, resumed: 0 }
  /** Of the attempts that came in twos, what became of the lower one. */
  const lowerOnes = (): { readonly fenced: number; readonly overtaken: number } => ({
    fenced: clients.reduce((sum, { lower }) => sum + lower.fenced, 0),
    overtaken: clients.reduce((sum, { lower }) => sum + lower.overtaken, 0),
  })
  const startMs = performance.now()
  const isEnough = (): boolean =>
    done.sent > 6000 &&
    Math.min(done.killed, done.frozen, done.stalled, done.saidTwice) > 100 &&
    Math.min(...Object.values(lowerOnes())) > 25
  /** On a busy machine it takes longer until enough has happened. */
  const isOver = (): boolean => {
    const forMs = performance.now() - startMs
    return forMs > mostChaosMs || (forMs > chaosMs && isEnough())
  }

  async function comeBack(client: Checked): Promise<void> {
    await elapse(random() * 250)
    await client.resume()
    await becomeLive(client)
  }

  async function becomeLive(client: Checked): Promise<void> {
    done.resumed += 1
    // The answer can be lost with its socket; then it is asked for again, with the next attempt.
    while (client.lastError !== undefined || client.socket?.readyState !== 1) {
      if (client.lastError === 'resume-gone') throw new Error('the seat is gone')
      await client.resume()
    }
  }

  async function live(client: Checked): Promise<void> {
    while (!isOver()) {
      await elapse(20 + random() * 100)
      const others = [...client.others.keys()]
      const dice = random()
      if (dice < 0.8) {
        for (let n = Math.ceil(random() * 4); n > 0; n -= 1) {
          const to = others[Math.floor(random() * others.length)]
          if (to === undefined) continue
          client.say(to)
          done.sent += 1
        }
      } else if (dice < 0.86) {
        done.killed += 1
        client.terminate()
        await comeBack(client)
      } else if (dice < 0.91) {
        done.frozen += 1
        client.freeze()
        await comeBack(client)
      } else if (dice < 0.94) {
        done.doubled += 1
        await client.resumeTwice(random() < 0.5)
        await becomeLive(client)
      } else if (dice < 0.97) {
        done.stalled += 1
        const goOn = client.stall()
        await elapse(random() * 200)
        goOn()
      } else {
        done.saidTwice += client.stutter()
      }
    }
  }
  await Promise.all(clients.map(live))

  const total = { lost: 0, doubled: 0, disordered: 0, left: 0, resyncs: 0, taken: 0 }
  const isLowerOneTold = (): boolean => lowerOnes().fenced + lowerOnes().overtaken === done.doubled
  const isComplete = (): boolean =>
    isLowerOneTold() &&
    clients.every(({ sent, number }) => [...sent].every(([to, k]) => (clients[to]?.taken.get(number) ?? 0) >= k))
  const patienceMs = performance.now() + 20_000
  while (!isComplete() && performance.now() < patienceMs) await elapse(50)
  for (const client of clients) {
    for (const [to, k] of client.sent) {
      const taken = clients[to]?.taken.get(client.number) ?? 0
      total.lost += k - taken
      total.taken += taken
    }
    total.doubled += client.counts.doubled
    total.disordered += client.counts.disordered
    total.left += client.counts.left
    total.resyncs += client.resyncs
  }
  t.comment(`seed ${seed}: ${JSON.stringify({ ...done, ...lowerOnes() })} → ${JSON.stringify(total)}`)
  t.strictSame({ ...total, taken: 0 }, { lost: 0, doubled: 0, disordered: 0, left: 0, resyncs: 0, taken: 0 })
  t.strictSame([...new Set(clients.flatMap(({ faults }) => faults))], [])
  t.ok(
    clients.every(({ lower }) => lower.gone === 0),
    'nor is the seat gone',
  )
  t.ok(isLowerOneTold(), 'of two attempts the lower one never keeps the seat')
  t.ok(isEnough() && total.taken === done.sent, 'enough has happened')
})
