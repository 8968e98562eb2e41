import { type AttackName, attacks } from './attacks/table.js'
import { serve } from './child.js'
import type { Tally, Target } from './raw-socket.js'

/** Whoever means harm, in a process of its own. */

export interface Raid {
  readonly attack: AttackName
  readonly port: number
  readonly isSecure: boolean
  /** From how many addresses it comes. */
  readonly addresses: number
}

export interface RaidEnd {
  /** How its sockets ended, and what was refused, each with how often. */
  readonly tally: readonly (readonly [string, number])[]
  readonly cpuMs: number
}

export type AttackersDeeds = typeof deeds

let end = (): RaidEnd => ({ tally: [], cpuMs: 0 })

const deeds = {
  begin: ({ attack, port, isSecure, addresses }: Raid): void => {
    const tally: Tally = new Map()
    const before = process.cpuUsage()
    let turn = 0
    const target = (): Target => {
      turn = (turn + 1) % addresses
      return { port, isSecure, from: `127.0.1.${1 + turn}` }
    }
    const stop = attacks[attack]({ target, tally })
    end = () => {
      stop()
      const { user, system } = process.cpuUsage(before)
      return { tally: [...tally], cpuMs: (user + system) / 1000 }
    }
  },
  end: (): RaidEnd => end(),
}

serve(deeds)
