import type { Usage } from './probe.js'
import type { StoreUsage } from './redis-process.js'

/** What a service has used so far: all of its nodes together, and the store that they share. */
export interface ServiceUsage extends Usage, StoreUsage {}

/** What is measured: one server, or several that share a store. */
export interface Service {
  /** Where whoever has no place in a room yet is to ask. */
  readonly port: number
  readonly nodes: number
  /** @returns where the members of a new room arrive: neighbours at different nodes, and each room begins at the next one */
  placeRoom(): (member: number) => number
  /** Asked for `memory` it collects garbage first. */
  usage(question?: 'cpu' | 'memory'): Promise<ServiceUsage>
  /** @returns the CPU time that it has used in all, in milliseconds */
  stop(): Promise<number>
}
