import { setTimeout as elapse } from 'node:timers/promises'
import { ResumingClient } from '../resuming-client.js'
import type { Nodes } from './nodes.js'

/** What a message of the swarm says. */
interface Parcel {
  readonly sender: string
  readonly to: string
  readonly k: number
}

/** What has happened to all of them together. */
export interface Tally {
  sent: number
  taken: number
  /** What did not come though nothing was said of a loss; what came twice; what came before one that is older. */
  lost: number
  doubled: number
  disordered: number
  /** How often somebody was said to have left who had not. */
  left: number
  /** Stated losses: the order of what one was told, or the seat. */
  resyncs: number
  seatsLost: number
  resumed: number
  doubleResumes: number
  lowerFenced: number
  lowerOvertaken: number
  lowerGone: number
}

/**
 * A member that goes from node to node, and checks its own stream: of each other it must get 1, 2, 3, …, each once, but for what
 * the service says is lost.
 */
class Roamer extends ResumingClient {
  /** Those that it knows of, and what it has sent to each; what each has sent, where it is known. */
  readonly others = new Set<string>()
  readonly sent = new Map<string, number>()
  readonly taken = new Map<string, number | undefined>()
  readonly counts = { doubled: 0, disordered: 0, left: 0, sent: 0, taken: 0 }
  /** Those whose messages to it may be lost, by the service's own word. */
  readonly excused = new Set<string>()

  constructor(url: string, roomId: string) {
    super(url, roomId, (message) => {
      switch (message.type) {
        case 'ready':
          this.others.add(message.peerId)
          break
        case 'peer-left':
          this.others.delete(message.peerId)
          this.excused.add(message.peerId)
          if (message.reason !== 'left') this.counts.left += 1
          break
        case 'resync':
          this.others.clear()
          for (const { peerId } of message.members) this.others.add(peerId)
          for (const sender of [...this.taken.keys(), ...this.others]) {
            this.taken.set(sender, undefined)
            this.excused.add(sender)
          }
          break
        case 'ice':
          this.#take(message as unknown as { readonly candidate: Parcel })
      }
    })
  }

  say(to: string): void {
    const k = (this.sent.get(to) ?? 0) + 1
    this.sent.set(to, k)
    this.counts.sent += 1
    this.send({ type: 'ice', to, candidate: { sender: this.peerId, to, k } })
  }

  #take({ candidate: { sender, to, k } }: { readonly candidate: Parcel }): void {
    const last = this.taken.has(sender) ? this.taken.get(sender) : 0
    if (to !== this.peerId) this.faults.push('for somebody else')
    if (last !== undefined && k <= last) this.counts.doubled += 1
    else if (last !== undefined && k > last + 1) this.counts.disordered += 1
    this.taken.set(sender, Math.max(last ?? 0, k))
    this.counts.taken += 1
  }
}

export interface SwarmOptions {
  readonly clients: number
  readonly rooms: number
  /** Numbers from 0 to below 1. */
  readonly random: () => number
}

/** Members who talk, break off, come back by another node, and twice at once, until they are told to come to rest. */
export class Swarm {
  readonly #nodes: Nodes
  readonly #options: SwarmOptions
  #roamers: Roamer[] = []
  /** Those whose seats the service has given up: what they were owed is lost, and stated. */
  readonly #former: Roamer[] = []
  #isOver = false
  #lives: Promise<unknown> = Promise.resolve()
  readonly #done = { resumed: 0, doubleResumes: 0, seatsLost: 0 }

  constructor(nodes: Nodes, options: SwarmOptions) {
    this.#nodes = nodes
    this.#options = options
  }

  async begin(): Promise<void> {
    const { clients, rooms } = this.#options
    this.#roamers = Array.from({ length: clients }, (_, n) => new Roamer(this.#url(), `room ${n % rooms}`))
    for (const roamer of this.#roamers) {
      // A busy machine may not answer in time.
      while (!roamer.isAttached) await roamer.join({ capacity: 16 })
    }
    this.#lives = Promise.all(this.#roamers.map((_roamer, index) => this.#live(index)))
  }

  /** Nobody says anything more; all come back, and what is under way arrives. */
  async rest(withinMs = 20_000): Promise<Tally> {
    this.#isOver = true
    await this.#lives
    const untilMs = performance.now() + withinMs
    for (;;) {
      for (const index of this.#roamers.keys()) await this.#comeBack(index, untilMs)
      const tally = this.tally()
      const isQuiet = tally.lost === 0 && this.#roamers.every(({ unacknowledged }) => unacknowledged === 0)
      if (isQuiet || performance.now() > untilMs) return tally
      await elapse(50)
    }
  }

  /** Waits until all who are there know of each other. @returns whether they do */
  async agree(withinMs: number): Promise<boolean> {
    const untilMs = performance.now() + withinMs
    while (!this.isAgreed && performance.now() < untilMs) await elapse(50)
    return this.isAgreed
  }

  /** Whether everybody who is there knows of everybody else who is there. */
  get isAgreed(): boolean {
    return this.#roamers.every((roamer) => {
      const others = this.#roamers.filter((other) => other !== roamer && other.roomId === roamer.roomId)
      return roamer.others.size === others.length && others.every(({ peerId }) => roamer.others.has(peerId))
    })
  }

  get faults(): string[] {
    return [...new Set([...this.#roamers, ...this.#former].flatMap(({ faults }) => faults))]
  }

  tally(): Tally {
    const all = [...this.#roamers, ...this.#former]
    const sum = (count: (roamer: Roamer) => number): number => all.reduce((total, one) => total + count(one), 0)
    return {
      sent: sum(({ counts }) => counts.sent),
      taken: sum(({ counts }) => counts.taken),
      lost: this.#roamers.reduce((total, one) => total + this.#owedTo(one), 0),
      doubled: sum(({ counts }) => counts.doubled),
      disordered: sum(({ counts }) => counts.disordered),
      left: sum(({ counts }) => counts.left),
      resyncs: sum(({ resyncs }) => resyncs),
      ...this.#done,
      lowerFenced: sum(({ lower }) => lower.fenced),
      lowerOvertaken: sum(({ lower }) => lower.overtaken),
      lowerGone: sum(({ lower }) => lower.gone),
    }
  }

  close(): void {
    this.#isOver = true
    for (const { socket } of this.#roamers) socket?.terminate()
  }

  /** What others who are there have said to it, and it has not got, and was not told that it never will. */
  #owedTo(roamer: Roamer): number {
    return this.#roamers.reduce((owed, sender) => {
      const said = sender.sent.get(roamer.peerId) ?? 0
      const taken = roamer.taken.get(sender.peerId) ?? 0
      return roamer.excused.has(sender.peerId) ? owed : owed + said - taken
    }, 0)
  }

  async #live(index: number): Promise<void> {
    const { random } = this.#options
    while (!this.#isOver) {
      await elapse(20 + random() * 100)
      const roamer = this.#roamers[index]
      if (roamer === undefined) return
      const others = [...roamer.others]
      const dice = random()
      if (!roamer.isAttached) await this.#comeBack(index)
      else if (dice < 0.85) {
        for (let n = Math.ceil(random() * 4); n > 0; n -= 1) {
          const to = others[Math.floor(random() * others.length)]
          if (to !== undefined) roamer.say(to)
        }
      } else if (dice < 0.9) {
        roamer.terminate()
        await this.#comeBack(index)
      } else if (dice < 0.94) {
        roamer.freeze()
        await this.#comeBack(index)
      } else if (dice < 0.97) {
        this.#done.doubleResumes += 1
        roamer.url = this.#url()
        await roamer.resumeTwice(random() < 0.5, this.#url())
        await this.#comeBack(index)
      } else roamer.stutter()
    }
  }

  /** By any node, and again until one has it. */
  async #comeBack(index: number, untilMs = Number.POSITIVE_INFINITY): Promise<void> {
    for (let tries = 0; performance.now() < untilMs; tries += 1) {
      const roamer = this.#roamers[index]
      if (roamer === undefined || roamer.isAttached) return
      await elapse(this.#options.random() * Math.min(1000, 50 * 2 ** tries))
      roamer.url = this.#url()
      if (roamer.lastError === 'resume-gone') await this.#joinAnew(index, roamer)
      else {
        await roamer.resume()
        if (roamer.isAttached) this.#done.resumed += 1
      }
    }
  }

  async #joinAnew(index: number, former: Roamer): Promise<void> {
    const next = new Roamer(this.#url(), former.roomId)
    await next.join({ capacity: 16 })
    if (!next.isAttached) {
      next.terminate()
      return
    }
    this.#done.seatsLost += 1
    this.#former.push(former)
    this.#roamers[index] = next
  }

  #url(): string {
    return this.#nodes.url(Math.floor(this.#options.random() * this.#nodes.count))
  }
}
