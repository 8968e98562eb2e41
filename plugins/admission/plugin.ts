import underPressure from '@fastify/under-pressure'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { AdmissionLimits } from '../../schemas/index.js'
import type { LogNames } from '../naming/log-names.js'
import { AdmissionControl } from './admission-control.js'
import { Refusals } from './refusals.js'

declare module 'fastify' {
  interface FastifyInstance {
    /** Who may open a socket. */
    admission: AdmissionControl
    /** What was refused. */
    refusals: Refusals
  }
}

const sweepIntervalMs = 10_000
/** What is measured first, for two of its seconds, is how long it took to start. */
const settleMs = 2000

export interface AdmissionOptions {
  readonly limits: AdmissionLimits
  readonly logNames: LogNames
}

/** Decorates the app with what bounds how many come in. */
export const admission = fp<AdmissionOptions>(
  async (app, { limits, logNames }) => {
    const isBusy = limits.maxEventLoopDelayMs === 0 ? () => false : await pressureGauge(app, limits.maxEventLoopDelayMs)
    const control = new AdmissionControl({ limits, isBusy })
    const refusals = new Refusals(app.log, logNames)
    const timer = setInterval(() => control.sweep(performance.now()), sweepIntervalMs).unref()
    app.addHook('onClose', async () => {
      clearInterval(timer)
      refusals.stop()
    })
    app.decorate('admission', control)
    app.decorate('refusals', refusals)
  },
  { name: 'signalbox-admission', fastify: '5.x' },
)

/** Where a host has a @fastify/under-pressure of its own, its word counts: there can be one only. */
async function pressureGauge(app: FastifyInstance, maxEventLoopDelay: number): Promise<() => boolean> {
  if (app.hasDecorator('isUnderPressure')) return () => app.isUnderPressure()
  // It would refuse every request otherwise, and what is asked for by those who are in a call is the last to go.
  await app.register(underPressure, { maxEventLoopDelay, pressureHandler: () => {} })
  let settledMs = Number.POSITIVE_INFINITY
  app.addHook('onReady', async () => {
    settledMs = performance.now() + settleMs
  })
  return () => performance.now() > settledMs && app.isUnderPressure()
}
