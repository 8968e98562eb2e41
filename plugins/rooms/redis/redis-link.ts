import { randomBytes, randomInt } from 'node:crypto'
import { type Cluster, Redis } from 'ioredis'
import type { storeFaults } from '../../../schemas/index.js'
import { StoreCounts } from '../../metrics/store-counts.js'
import { type SharedStore, StoreUnavailable } from '../room-store.js'
import { type Connections, connect, deadMs } from './connections.js'
import type { RedisAddress } from './redis-url.js'
import { decodeNews, decodeReply, type Reply } from './reply.js'
import type { Argument, NewsReader, RoomLink } from './room-link.js'
import { roomScript, type ScriptRules, withRules } from './script.js'
import { SharedSecrets } from './shared-secrets.js'

/** How a node reaches the store. Times in milliseconds. */
export interface RedisLinkOptions {
  readonly address: RedisAddress
  /** What all keys and channels begin with. */
  readonly prefix: string
  readonly rules: Omit<ScriptRules, 'channel'>
  /** How long an answer may take. */
  readonly timeoutMs: number
  /** It does not answer any more, and why, as far as that is known. */
  readonly onAway: (reason: string | undefined) => void
  /** It answers again. */
  readonly onBack: (silentMs: number) => void
  /** Default: the one that there is. */
  readonly script?: string
  /** A random number for each operation. */
  readonly dice?: () => number
}

/** How often the store is asked whether it is there. */
const pingMs = 1000
/** For how long after it was away it may turn out what it has lost. */
const lossMs = 60_000
/** Of what has said nothing for so long it is told that it is away. */
const awayMs = 3000
/** All share the store: when it is away for a moment they are not all to be taken out, and calls go on without it. */
const patienceMs = 15_000
const leastTryMs = 200
const diceSides = 2 ** 32
const keysAtOnce = 1000
/** Within which each node has told the store of those that it knows. */
const settleMs = 3 * pingMs

type Run = (key: string, log: string, ...more: Argument[]) => Promise<unknown>

/** Two connections to Redis: one asks, one hears. */
export class RedisLink implements RoomLink, SharedStore {
  /** How the store calls this process. */
  readonly nodeId = randomBytes(9).toString('base64url')
  readonly counts = new StoreCounts()
  readonly #options: RedisLinkOptions
  readonly #connections: Connections
  readonly #run: Run
  readonly #secrets: SharedSecrets
  readonly #dice: () => number
  readonly #pinging: NodeJS.Timeout
  #reader: NewsReader | undefined
  #isHearing = false
  #hasHeard = false
  /** When the store has answered last, all of it has, and it was last found to be there again. */
  #answeredMs = performance.now()
  #wholeMs = performance.now()
  #returnedMs = Number.NEGATIVE_INFINITY
  /** A part of it may have gone, and come back with less. */
  #isBroken = false
  /** When it was heard last. */
  #heardMs = 0
  /** The store's clock, ahead of ours by so much; undefined before the first answer. */
  #aheadMs: number | undefined
  readonly #waiting = new Set<() => void>()
  #isGathering = false
  #isAway = false
  #reason: string | undefined

  constructor(options: RedisLinkOptions) {
    this.#options = options
    this.#dice = options.dice ?? (() => randomInt(diceSides))
    const script = withRules(options.script ?? roomScript, { ...options.rules, channel: this.#channelOf('') })
    this.#connections = connect(options.address, options.timeoutMs)
    this.#secrets = new SharedSecrets(`${options.prefix}keys`)
    const { asking, hearing } = this.#connections
    asking.defineCommand('room', { numberOfKeys: 2, lua: script })
    this.#run = runOf(asking)
    asking.on('ready', () => this.#onReady())
    // Of a cluster.
    asking.on('node error', this.#note)
    asking.on('-node', () => {
      this.#isBroken = true
    })
    for (const client of [asking, hearing]) client.on('error', this.#note)
    hearing.on('messageBuffer', (channel: Buffer, text: Buffer) => this.#onMessage(channel.toString(), text))
    hearing.on('close', () => {
      this.#isHearing = false
    })
    hearing.on('ready', () => this.#subscribe())
    this.#pinging = setInterval(() => this.#ping(), pingMs)
    this.#pinging.unref()
  }

  get keySecrets(): readonly Buffer[] {
    return this.#secrets.all
  }

  get mayLackSecrets(): boolean {
    const nowMs = performance.now()
    return nowMs - Math.max(this.#secrets.learnedMs, this.#returnedMs) < settleMs
  }

  get isCutOff(): boolean {
    return !this.isStarted || performance.now() - this.#answeredMs > Math.min(patienceMs, this.leaseMs / 2)
  }

  get leaseMs(): number {
    return this.#options.rules.leaseMs
  }

  /** Whether it could be used at all up to now. */
  get isStarted(): boolean {
    return this.#secrets.all.length > 0 && this.#hasHeard
  }

  /** Resolves when it can be used. */
  async ready(): Promise<void> {
    while (!this.isStarted) await this.nextTry()
  }

  /** Who is to be told of news. */
  read(reader: NewsReader): void {
    this.#reader = reader
  }

  async run(roomKey: string, operation: string, more: readonly Argument[]): Promise<Reply> {
    // What is published before anybody hears it would be missed.
    if (!this.isStarted) throw new StoreUnavailable()
    const nowMs = performance.now()
    const sentAt = this.#aheadMs === undefined ? 0 : Math.round(nowMs + this.#aheadMs)
    this.#gather()
    const args = [operation, this.nodeId, this.#graceMs(nowMs), this.#dice(), sentAt, ...more]
    try {
      const reply = decodeReply(await this.#run(roomKey, `${roomKey}:q`, ...args))
      this.#answered(reply.nowMs)
      this.counts.commands.add((this.#answeredMs - nowMs) / 1000)
      return reply
    } catch (error) {
      this.#note(error)
      this.counts.faults.add(faultOf(error))
      if (isForNow(error)) throw new StoreUnavailable(error)
      // The library hangs on it what was asked.
      throw new Error(this.#reason)
    }
  }

  async roomKeys(prefix: string): Promise<readonly string[]> {
    if (!this.isStarted) throw new StoreUnavailable()
    const keys = new Set<string>()
    try {
      for (const machine of this.#connections.machines()) await addRooms(machine, `${prefix}{*}`, keys)
    } catch (error) {
      this.#note(error)
      throw new StoreUnavailable(error)
    }
    return [...keys]
  }

  alarm(roomKey = ''): void {
    this.#connections.asking.publish(this.#channelOf('all'), roomKey).catch(this.#note)
  }

  get mayHaveLost(): boolean {
    const nowMs = performance.now()
    return this.#isInDoubt(nowMs) || nowMs - this.#returnedMs < lossMs
  }

  nextTry(): Promise<void> {
    return new Promise((resolve) => {
      const goOn = (): void => {
        this.#waiting.delete(goOn)
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(goOn, leastTryMs * (1 + Math.random()))
      timer.unref()
      this.#waiting.add(goOn)
    })
  }

  async close(): Promise<void> {
    clearInterval(this.#pinging)
    // It answers in order: what was asked before is done then, and told.
    await Promise.all(this.#connections.machines().map((machine) => machine.ping())).catch(this.#note)
    this.#connections.asking.disconnect()
    this.#connections.hearing.disconnect()
    this.#wake()
  }

  /** What has gone wrong last, without what was asked: messages are in that. */
  readonly #note = (error: unknown): void => {
    this.#reason = error instanceof Error ? error.message : String(error)
  }

  /** What is asked in one turn of the event loop goes out in one piece, and is read and answered so. */
  #gather(): void {
    const { asking } = this.#connections
    if (this.#isGathering || !(asking instanceof Redis)) return
    const { stream } = asking
    this.#isGathering = true
    stream.cork()
    setImmediate(() => {
      this.#isGathering = false
      stream.uncork()
    })
  }

  #channelOf(node: string): string {
    return `${this.#options.prefix}n:${node}`
  }

  /** While others may not have said yet that their members are still there, nothing is to run out. */
  #graceMs(nowMs: number): number {
    const { spareMs } = this.#options.rules
    if (this.#isInDoubt(nowMs)) return spareMs
    return Math.max(0, Math.ceil(this.#returnedMs + spareMs - nowMs))
  }

  /** It may be away, or a part of it, or another one by now. */
  #isInDoubt(nowMs: number): boolean {
    return this.#isBroken || nowMs - this.#wholeMs > this.#options.rules.lateMs
  }

  /** An operation was. Of a store of several machines the others may not answer. */
  #answered(storeMs: number): void {
    const nowMs = performance.now()
    const aheadMs = storeMs - nowMs
    const isOne = this.#options.address.kind !== 'cluster'
    this.#answeredMs = nowMs
    if (isOne) {
      // A clock that was set: what others have said that they are there may look old now.
      const stepMs = Math.abs(aheadMs - (this.#aheadMs ?? aheadMs))
      if (stepMs > this.#options.rules.lateMs) this.#isBroken = true
      this.#foundWhole(nowMs)
    }
    // Of several masters each has a clock. By the foremost, none takes anything to be late that is not.
    this.#aheadMs = Math.max(aheadMs, isOne ? aheadMs : (this.#aheadMs ?? aheadMs))
  }

  #foundWhole(nowMs: number): void {
    if (this.#isInDoubt(nowMs)) this.#returned(nowMs)
    if (this.#isAway) this.#options.onBack(Math.round(nowMs - this.#wholeMs))
    this.#isAway = false
    this.#answeredMs = nowMs
    this.#wholeMs = nowMs
  }

  #returned(nowMs: number): void {
    this.#isBroken = false
    this.#returnedMs = nowMs
    this.#aheadMs = undefined
    this.#reader?.alarmed()
    this.#wake()
  }

  #wake(): void {
    for (const goOn of [...this.#waiting]) goOn()
  }

  /** Connected, or connected anew: to one that may know less than the one before. */
  async #onReady(): Promise<void> {
    this.#isBroken = this.isStarted
    await this.#beat()
  }

  /** Sees that it can be written to, as who only answers is of no use, and that all of it is there. */
  async #beat(): Promise<void> {
    const { asking, probe } = this.#connections
    try {
      await this.#secrets.exchange(asking)
      this.#answeredMs = performance.now()
      await probe()
      this.#foundWhole(performance.now())
      if (this.isStarted) this.#wake()
    } catch (error) {
      this.#note(error)
    }
  }

  async #subscribe(): Promise<void> {
    try {
      await this.#connections.hearing.subscribe(this.#channelOf(this.nodeId), this.#channelOf('all'))
      this.#isHearing = true
      this.#hasHeard = true
      this.#heardMs = performance.now()
      if (this.isStarted) this.#wake()
      // What was published meanwhile was published to nobody.
      this.#reader?.alarmed()
    } catch (error) {
      this.#note(error)
    }
  }

  #onMessage(channel: string, text: Buffer): void {
    this.#heardMs = performance.now()
    if (channel === this.#channelOf('all')) {
      this.#reader?.alarmed(text.length === 0 ? undefined : text.toString())
      return
    }
    const news = decodeNews(text)
    if (news !== undefined) this.#reader?.hear(news)
  }

  /** Whether the store is there, and whether what is published is heard. */
  #ping(): void {
    const { asking, hearing } = this.#connections
    void this.#beat()
    asking.publish(this.#channelOf(this.nodeId), '').catch(this.#note)
    if (this.#isHearing && performance.now() - this.#heardMs > deadMs) hearing.disconnect(true)
    if (this.#isAway || performance.now() - this.#wholeMs < awayMs) return
    this.#isAway = true
    this.#options.onAway(this.#reason)
  }
}

/** The script as a method of the client, which the types of the library know nothing of. */
function runOf(client: Redis | Cluster): Run {
  const run: unknown = Reflect.get(client, 'roomBuffer')
  if (typeof run !== 'function') throw new TypeError('the script was not defined')
  return (...args) => Reflect.apply(run, client, args)
}

/** The library has no code for it. */
const timedOut = 'Command timed out'

function faultOf(error: unknown): (typeof storeFaults)[number] {
  if (error instanceof Error && error.message === timedOut) return 'timeout'
  return isForNow(error) ? 'unreachable' : 'error'
}

/** In steps, so that the store does other things meanwhile; a key may come twice. Of a room that is over only graves are left. */
async function addRooms(machine: Redis, pattern: string, keys: Set<string>): Promise<void> {
  let cursor = '0'
  do {
    const [next, found] = await machine.scan(cursor, 'MATCH', pattern, 'COUNT', keysAtOnce)
    const there = await Promise.all(found.map((key) => machine.hexists(key, 'r')))
    for (const [index, key] of found.entries()) if (there[index] === 1) keys.add(key)
    cursor = next
  } while (cursor !== '0')
}

/** Whether the same may be answered later: all but what the script itself has got wrong. */
function isForNow(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error.name !== 'ReplyError') return !(error instanceof TypeError)
  return /^(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|OOM|MISCONF|NOREPLICAS|BUSY|UNBLOCKED)\b/.test(
    error.message,
  )
}
