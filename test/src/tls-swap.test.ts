import { X509Certificate } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { copyFileSync, mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import t, { type Test } from 'tap'
import WebSocket from 'ws'
import { makeCertificates } from '../certificates.js'
import { manyFromHere, unhurried } from '../helper.js'
import { serveTls } from '../tls-service.js'

const pairs = 24
/** How many messages of a pair are on their way at once, and for how long nothing is said after an answer. */
const inFlight = 4
const pauseMs = 10
/** Who come and go, one after the other, and how many of them each certificate is to see. */
const visitors = 3
const visitsEach = 12

const names = ['cert.pem', 'key.pem']

/** How new certificates come to be where the service looks for them. */
const swaps = {
  // As certbot and Kubernetes do.
  'by a symbolic link': (from: string, live: string) => {
    symlinkSync(from, `${live}.new`)
    renameSync(`${live}.new`, live)
  },
  'by a rename': (from: string, live: string) => {
    for (const name of names) renameSync(join(from, name), join(live, name))
  },
  'in place': (from: string, live: string) => {
    for (const name of names) copyFileSync(join(from, name), join(live, name))
  },
}

/** A certificate to be swapped in, and the authority that has signed it. */
function make(t: Test, name: string): { from: string; authority: string; fingerprint: string } {
  const from = join(t.testdirName, name)
  mkdirSync(from)
  const { authority, certificateFile } = makeCertificates(from)
  return { from, authority, fingerprint: new X509Certificate(readFileSync(certificateFile)).fingerprint256 }
}

class Caller {
  readonly socket: WebSocket
  /** Of the certificate that it has seen. */
  fingerprint = ''
  onMessage: (message: { type: string; candidate?: unknown }) => void = () => {}

  constructor(url: string, ca: string[]) {
    this.socket = new WebSocket(url, { ca })
    this.socket.on('message', (data) => this.onMessage(JSON.parse(data.toString())))
    this.socket.once('upgrade', ({ socket }: IncomingMessage) => {
      if (socket instanceof TLSSocket) this.fingerprint = socket.getPeerCertificate().fingerprint256
    })
  }

  /** Resolves when it is in the room. */
  async enter(roomId: string): Promise<this> {
    await once(this.socket, 'open')
    const joined = new Promise<void>((resolve) => {
      this.onMessage = ({ type }) => {
        if (type === 'joined') resolve()
      }
    })
    this.socket.send(JSON.stringify({ type: 'join', roomId }))
    await joined
    return this
  }

  say(candidate: number): void {
    this.socket.send(JSON.stringify({ type: 'ice', candidate }))
  }
}

/**
 * Two who talk: one counts, the other repeats.
 *
 * @returns  how many messages have gone to and fro, each in its place, until there were enough
 */
function talk(ada: Caller, bo: Caller, isEnough: () => boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    let [said, heard, answered] = [0, 0, 0]
    for (const { socket } of [ada, bo]) socket.once('close', (code) => reject(new Error(`closed with ${code}`)))
    const expect = (candidate: unknown, next: number): void => {
      if (candidate !== next) reject(new Error(`${candidate} came in place of ${next}`))
    }
    const sayNext = (): void => {
      said += 1
      setTimeout((n: number) => ada.say(n), pauseMs, said)
    }
    bo.onMessage = ({ type, candidate }) => {
      if (type !== 'ice') return
      heard += 1
      expect(candidate, heard)
      bo.say(heard)
    }
    ada.onMessage = ({ type, candidate }) => {
      if (type !== 'ice') return
      answered += 1
      expect(candidate, answered)
      if (!isEnough()) sayNext()
      else if (answered === said) resolve(said)
    }
    for (let n = 0; n < inFlight; n += 1) sayNext()
  })
}

t.test('certificates are swapped under load: nothing is lost, and who comes sees the new one', async (t) => {
  const live = join(t.testdir(), 'live')
  const [first, ...others] = ['0', '1', '2', '3', '4', '5'].map((name) => make(t, name))
  const all = [first, ...others].flatMap((one) => one ?? [])
  symlinkSync(first?.from ?? '', live)
  const files = { tlsCert: join(live, 'cert.pem'), tlsKey: join(live, 'key.pem') }
  const { url, entries, logged } = await serveTls(t, files, { ...manyFromHere, ...unhurried })
  const ca = all.map(({ authority }) => authority)
  const call = async (roomId: string): Promise<Caller> => {
    const caller = new Caller(url, ca)
    t.teardown(() => caller.socket.terminate())
    return caller.enter(roomId)
  }

  let isOver = false
  const talks = await Promise.all(
    Array.from({ length: pairs }, async (_, n) => {
      const [ada, bo] = [await call(`pair-${n}`), await call(`pair-${n}`)]
      return { done: talk(ada, bo, () => isOver) }
    }),
  )

  /** Which of them is in force for sure, and how many have seen each. */
  let inForce = 0
  const visits = all.map(() => 0)
  const visited = new EventEmitter()
  const visit = async (_: unknown, n: number): Promise<void> => {
    while (!isOver) {
      const least = inForce
      const caller = await call(`visitor-${n}`)
      const seen = all.findIndex(({ fingerprint }) => fingerprint === caller.fingerprint)
      if (seen < least) throw new Error(`certificate ${seen} was seen when ${least} was in force`)
      visits[seen] = (visits[seen] ?? 0) + 1
      caller.socket.close(1000)
      await once(caller.socket, 'close')
      visited.emit('visit')
    }
  }
  const visiting = Promise.all(Array.from({ length: visitors }, visit))
  const until = async (isThere: () => boolean): Promise<void> => {
    while (!isThere()) await Promise.race([once(visited, 'visit'), visiting, ...talks.map(({ done }) => done)])
  }

  await until(() => (visits[0] ?? 0) >= visitsEach)
  const ways = ['by a symbolic link', 'by a rename', 'in place', 'in place', 'by a symbolic link'] as const
  for (const [n, way] of ways.entries()) {
    swaps[way](others[n]?.from ?? '', live)
    await logged('new certificate in force')
    inForce = n + 1
    await until(() => (visits[inForce] ?? 0) >= visitsEach)
    t.pass(way)
  }
  isOver = true
  await visiting
  const said = await Promise.all(talks.map(({ done }) => done))
  t.ok(Math.min(...said) > 50, `${said.reduce((sum, one) => sum + one)} messages to and fro, none lost or out of order`)
  t.comment(`new sockets by the certificate that they saw: ${visits.join(', ')}`)
  t.notOk(entries.some(({ msg }) => msg.startsWith('new certificate cannot')))
})
