import { OwnShare } from '../load/machine.js'
import type { Service } from '../load/service.js'
import type { Member, Protocol } from '../protocols/protocol.js'
import type { Subject } from '../subjects.js'

/** One figure that a workload gives. */
export interface Measure {
  readonly key: string
  readonly title: string
  readonly unit: string
  readonly isHigherBetter?: boolean
}

/** What one visit of a server has given, by the keys of the measures. */
export interface Slice {
  readonly values: Readonly<Record<string, number>>
  /** What the load generator has taken of its core meanwhile; absent where it spins by intention. */
  readonly loadShare?: number
  /** Where it spins: by how much it has sent too late, 99th percentile. */
  readonly lateUs?: number
}

/** A workload that is set up at one server. */
export interface Setup {
  slice(durationMs: number): Promise<Slice>
  finish(): Promise<void>
}

export interface Workload {
  readonly name: string
  readonly title: string
  readonly measures: readonly Measure[]
  /** Whether each slice needs a server that nobody has used. */
  readonly needsFreshServer?: boolean
  /** Of CPU time, until everything that it does is compiled, where a second is not enough. */
  readonly warmUpUs?: number
  /** How long a slice is, where that is not for the run to say. */
  readonly sliceMs?: number
  /** @returns undefined where the subject knows no such thing */
  prepare(subject: Subject, server: Service, scale: Scale): Promise<Setup | undefined>
}

export interface Scale {
  /** How many idle sockets, and how many that come back at once. */
  readonly sockets: number
}

/** Runs something and reads from the server's process what it has cost. */
export async function measured(
  server: Service,
  run: () => Promise<unknown>,
): Promise<{ cpuUs: number; storeUs: number; storeNetBytes: number; wallMs: number; loadShare: number }> {
  const before = await server.usage()
  const share = new OwnShare()
  const startMs = performance.now()
  await run()
  const wallMs = performance.now() - startMs
  const loadShare = share.read()
  const after = await server.usage()
  return {
    cpuUs: after.cpuUs - before.cpuUs,
    storeUs: after.storeUs - before.storeUs,
    storeNetBytes: after.storeNetBytes - before.storeNetBytes,
    wallMs,
    loadShare,
  }
}

/** What each of so many has cost in µs: of the nodes, of the store, of both. */
export function costs(cpuUs: number, storeUs: number, count: number): { cpu: number; store: number; total: number } {
  return { cpu: cpuUs / count, store: storeUs / count, total: (cpuUs + storeUs) / count }
}

/** Does something for each item, for so many at a time. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  run: (item: T) => Promise<unknown>,
): Promise<void> {
  let next = 0
  const work = async (): Promise<void> => {
    for (let item = items[next]; item !== undefined; item = items[next]) {
      next += 1
      await run(item)
    }
  }
  await Promise.all(Array.from({ length: width }, work))
}

/** Fills rooms one after the other, each until all of its members know each other. */
export async function fillRoom(
  { protocol }: Subject,
  server: Service,
  roomId: string,
  capacity: number,
): Promise<Member[]> {
  const portOf = server.placeRoom()
  const members: Member[] = []
  for (let i = 0; i < capacity; i += 1) {
    const member = await protocol.join(portOf(i), roomId, capacity)
    for (const other of members) {
      await protocol.met(member)
      await protocol.met(other)
    }
    members.push(member)
  }
  return members
}

/** Says now and then what a server wants to hear. @returns what ends it */
export function keepAlive({ heartbeat }: Protocol, members: readonly Member[]): () => void {
  if (heartbeat === undefined) return () => {}
  const timer = setInterval(() => {
    for (const { socket } of members) if (!socket.isClosed) socket.send(heartbeat.text)
  }, heartbeat.everyMs)
  return () => clearInterval(timer)
}

export async function closeAll(members: readonly Member[]): Promise<void> {
  await inParallel(members, 64, ({ socket }) => {
    socket.cut()
    return socket.closed
  })
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
