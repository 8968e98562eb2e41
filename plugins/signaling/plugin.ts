import { randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import type { WebSocket } from 'ws'
import {
  type AdmissionLimits,
  type CloseName,
  type LeaveRequest,
  type Limits,
  SignalingError,
} from '../../schemas/index.js'
import { SignalingCounts } from '../metrics/signaling-counts.js'
import type { LogNames } from '../naming/log-names.js'
import { Connection, tickMsOf } from './connection.js'
import { Guest, type GuestContext } from './guest.js'
import { ResumeKeys } from './resume-keys.js'
import { Rounds } from './rounds.js'
import type { SignalingContext } from './session.js'

declare module 'fastify' {
  interface FastifyInstance {
    signaling: Signaling
  }
}

/** The last of those who are asked to move have the rest of the time to do it. */
const moveShare = 0.8
/** Over how much of a lease those are asked to move whose node does not reach the store: they are away when it is over. */
const cutOffShare = 1 / 4
/** Over how long those who are closed come back: 500 in a second, and over a second at least. */
const leastSpreadMs = 1000
const spreadPerSocketMs = 2

export interface SignalingOptions {
  readonly limits: Limits & AdmissionLimits
  readonly settings: SignalingContext['settings']
  readonly logNames: LogNames
}

/** The sockets that speak the protocol. */
export interface Signaling {
  /** Takes over an open socket. Call it in the same turn as the upgrade: a frame without a listener is lost. */
  accept(socket: WebSocket, request: FastifyRequest): void
  /**
   * Asks everybody who can resume to go elsewhere, each at another time. Resolves when they are gone, or after `withinMs`.
   */
  drain(withinMs: number): Promise<void>
  /**
   * Closes every socket, and those that come later. What has not answered after `closeTimeoutMs`, or `withinMs`, is cut.
   * Resolves when all are gone.
   */
  close(name: CloseName, withinMs: number): Promise<void>
  /**
   * A page that is closing leaves its room, over no socket.
   *
   * @throws SignalingError `resume-gone`: it is not its seat; one that is gone already is no error
   */
  release(request: LeaveRequest): Promise<void>
  /** How many sockets are open or closing. */
  readonly sockets: number
  /** How many bytes wait for their clients, all together. Looks at each socket. */
  readonly queuedBytes: number
  readonly counts: SignalingCounts
}

/** Decorates the app with what speaks the protocol on a socket; needs the rooms. */
export const signaling = fp<SignalingOptions>(
  async (app, { limits, settings, logNames }) => {
    const own = { keySecrets: [randomBytes(32)], mayLackSecrets: false }
    const context: SignalingContext = {
      rooms: app.rooms,
      iceServers: app.iceServers,
      keys: new ResumeKeys(app.rooms.shared ?? own),
      limits,
      settings,
      log: app.log,
      logNames,
      counts: new SignalingCounts(),
    }
    const guests: GuestContext = { access: app.access, rooms: app.rooms, limits, refusals: app.refusals }
    const connections = new Rounds<Connection>(tickMsOf(limits))
    let closedAs: CloseName | undefined
    const moving = new Set<Connection>()
    let onMoved = () => {}
    const moved = new Promise<void>((resolve) => {
      onMoved = resolve
    })
    let onEmpty = () => {}
    const empty = new Promise<void>((resolve) => {
      onEmpty = resolve
    })

    let wasCutOff = false
    /** The others would soon take those for gone who are here. */
    const moveIfCutOff = (): void => {
      const { isCutOff = false, leaseMs = 0 } = app.rooms.shared ?? {}
      if (wasCutOff === isCutOff) return
      wasCutOff = isCutOff
      if (!isCutOff || connections.size === 0) return
      app.log.warn({ sockets: connections.size }, 'cut off from the room store, asking members to move')
      for (const connection of connections) connection.drain(Math.floor(Math.random() * leaseMs * cutOffShare))
    }

    const timer = setInterval(() => {
      connections.run(performance.now())
      moveIfCutOff()
    }, connections.everyMs)
    timer.unref()

    const forget = (connection: Connection): void => {
      connections.delete(connection)
      if (moving.delete(connection) && moving.size === 0) onMoved()
      if (connections.size === 0 && closedAs !== undefined) onEmpty()
    }

    app.decorate('signaling', {
      accept(socket, request) {
        const now = performance.now()
        const record = app.admission.recordOf(request.ip, request.raw.socket, now)
        const connection = new Connection(
          socket,
          context,
          new Guest(guests, app.access.authorizerOf(request), record),
          now,
          forget,
        )
        connections.add(connection)
        if (closedAs !== undefined) connection.close(closedAs)
      },
      async drain(withinMs) {
        for (const connection of connections) {
          if (connection.drain(Math.floor(Math.random() * withinMs * moveShare))) moving.add(connection)
        }
        if (moving.size === 0) return
        const timeout = setTimeout(onMoved, withinMs)
        await moved
        clearTimeout(timeout)
      },
      async close(name, withinMs) {
        closedAs ??= name
        // So that a service that comes back at once is not met by everybody at once.
        const spreadMs = Math.max(leastSpreadMs, connections.size * spreadPerSocketMs)
        for (const connection of connections) {
          const retryMs = Math.floor(Math.random() * spreadMs)
          if (closedAs === 'serviceRestart') connection.close(closedAs, JSON.stringify({ retryMs }))
          else connection.close(closedAs)
        }
        if (connections.size === 0) return
        const timeout = setTimeout(() => {
          for (const connection of connections) connection.cut()
        }, withinMs)
        await empty
        clearTimeout(timeout)
      },
      async release({ roomId, peerId, attempt, mac }) {
        if (!context.keys.isGenuine('leave', roomId, peerId, [attempt], mac)) throw new SignalingError('resume-gone')
        const isDone = await context.rooms.release(roomId, peerId, attempt)
        if (isDone) app.log.info({ ...logNames.of({ roomId, peerId }), reason: 'left' }, 'peer left')
      },
      get sockets() {
        return connections.size
      },
      get queuedBytes() {
        let bytes = 0
        for (const connection of connections) bytes += connection.queuedBytes
        return bytes
      },
      counts: context.counts,
    })
    app.addHook('onClose', async () => clearInterval(timer))
  },
  {
    name: 'signalbox-signaling',
    fastify: '5.x',
    dependencies: ['signalbox-rooms', 'signalbox-access', 'signalbox-ice-servers', 'signalbox-admission'],
  },
)
