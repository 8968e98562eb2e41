import { randomFrom } from '../random-from.js'
import { serve } from './child.js'
import { frame, RawSocket, type Tally, type Target, textFrame } from './raw-socket.js'

/** Many members in one process, who are quiet, or who come and go. */

export interface Crowd {
  readonly port: number
  readonly members: number
  /** Whether their seats outlive their sockets. */
  readonly isResumable: boolean
}

export interface Churn {
  readonly port: number
  readonly joins: number
  /** The same seed gives the same history, as far as each member is concerned. */
  readonly seed: number
}

export type MembersDeeds = typeof deeds

/** Of a crowd: so many connect at once. */
const connecting = 100
/** From so many they come. One alone has not ports enough. */
const addresses = 100
/** Who comes and goes, and to how many rooms. */
const restless = 100
const rooms = 8
const capacity = 4

const leave = textFrame({ type: 'leave' })
const goodbye = frame(Buffer.from([1000 >> 8, 1000 & 0xff]), 0x88)
/** Only who is known to know of its seat can come back to it, and has it held. */
const known = frame('{"type":"ack","seq":"0"}')

const tally: Tally = new Map()
let crowd: RawSocket[] = []
let made = 0

function target(port: number): Target {
  made += 1
  return { port, from: `127.0.2.${1 + (made % addresses)}` }
}

/** One who is told of each answer. */
class Member {
  readonly #port: number
  #socket: RawSocket | undefined
  #answered: (type: string) => void = () => {}

  constructor(port: number) {
    this.#port = port
  }

  async connect(): Promise<RawSocket> {
    const socket = await new Promise<RawSocket>((resolve, reject) => {
      const opened = new RawSocket(target(this.#port), tally, resolve)
      opened.onEnd = () => reject(new Error('a member is not let in'))
    })
    // One that was cut ends while the next one is here already.
    socket.onEnd = () => {
      if (this.#socket === socket) this.#answered('end')
    }
    socket.onMessage = (start) => {
      const [, type = ''] = /"type":"([^"]+)"/.exec(start) ?? []
      if (['joined', 'full', 'left', 'error'].includes(type)) this.#answered(type)
    }
    this.#socket = socket
    return socket
  }

  /** Says something that is answered. */
  async say(bytes: Buffer): Promise<string> {
    if (this.#socket?.isOpen !== true) return 'end'
    const answer = new Promise<string>((resolve) => {
      this.#answered = resolve
    })
    this.#socket?.send(bytes)
    return answer
  }

  /** Says something that ends it. */
  async end(bytes?: Buffer): Promise<void> {
    if (bytes === undefined) this.#socket?.cut()
    else await this.say(bytes)
  }
}

const deeds = {
  /** They sit in rooms of two, and stay. */
  gather: async ({ port, members, isResumable }: Crowd): Promise<void> => {
    let next = 0
    const gatherSome = async (): Promise<void> => {
      while (next < members) {
        const k = next
        next += 1
        const member = new Member(port)
        crowd.push(await member.connect())
        const roomId = `quiet room ${Math.floor(k / 2)}`
        const answer = await member.say(textFrame({ type: 'join', roomId, ...(isResumable && { resume: true }) }))
        if (answer !== 'joined') throw new Error(`a member who is to be quiet got ${answer}`)
        if (isResumable) crowd.at(-1)?.send(known)
      }
    }
    await Promise.all(Array.from({ length: connecting }, gatherSome))
  },
  /** How many of the crowd still have their sockets. */
  present: (): number => crowd.filter(({ isOpen }) => isOpen).length,
  /** Half of them close, the others are gone without a word. */
  disperse: (): void => {
    for (const [k, socket] of crowd.entries()) {
      if (k % 2 === 0) socket.send(goodbye)
      else socket.cut()
    }
    crowd = []
  },
  /**
   * They come and go in every way there is, until they have got so many seats.
   *
   * @returns what became of them: how often each answer came, and each way of going
   */
  churn: async ({ port, joins, seed }: Churn): Promise<Record<string, number>> => {
    const done: Record<string, number> = {}
    const count = (what: string): void => {
      done[what] = (done[what] ?? 0) + 1
    }
    const live = async (random: () => number): Promise<void> => {
      const member = new Member(port)
      let socket = await member.connect()
      while ((done['joined'] ?? 0) < joins) {
        const isResumable = random() < 0.3
        const roomId = `room ${Math.floor(random() * rooms)}`
        const join = { type: 'join', roomId, capacity, name: 'Ada', ...(isResumable && { resume: true }) }
        count(await member.say(textFrame(join)))
        if (isResumable) socket.send(known)
        const dice = random()
        if (dice < 0.6) count(await member.say(leave))
        else if (dice < 0.9) count('another room')
        else {
          count(dice < 0.95 ? 'cut' : 'closed')
          await member.end(dice < 0.95 ? undefined : goodbye)
          socket = await member.connect()
        }
      }
      await member.end(random() < 0.5 ? undefined : goodbye)
    }
    await Promise.all(Array.from({ length: restless }, (_, k) => live(randomFrom(seed + k * 7919))))
    return done
  },
}

serve(deeds)
