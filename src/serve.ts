import closeWithGrace from 'close-with-grace'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { pino } from 'pino'
import pretty from 'pino-pretty'
import { type Config, type ConfigKey, environmentName } from '../schemas/index.js'
import { buildApp } from './app.js'
import { ConfigError } from './config.js'
import { developmentKeyPair } from './development-certificate.js'
import { gatheredLog } from './gathered-log.js'
import { checkKeyPair, httpsOptions, type KeyPair, readFiles } from './key-pair.js'
import { watchKeyPair } from './key-pair-watch.js'
import { addressesToOpen, ownAddresses } from './own-addresses.js'

/** Closing is bounded by `drainMs` for the sockets; this is for everything else. */
const closeMarginMs = 3000

export interface ServeOptions {
  readonly config: Config
  /** Of this program, for the log. */
  readonly version: string
  /** Variables that look like settings and are none. */
  readonly unknownNames: readonly string[]
  /** Whether to speak HTTPS with a certificate of our own. */
  readonly isDevelopment: boolean
  /** Where that certificate is kept. */
  readonly cacheFolder: string
}

/**
 * Listens until a signal ends the process. Resolves when it listens.
 *
 * @throws ConfigError, SettingError
 */
export async function serve(serveOptions: ServeOptions): Promise<void> {
  const { config, version, unknownNames, isDevelopment } = serveOptions
  const { port, host, logLevel, tlsCert, tlsKey, metricsPort, metricsHost, ...options } = config
  const destination = process.stdout.isTTY ? pretty({ ignore: 'pid,hostname', sync: true }) : gatheredLog(1)
  const loggerInstance = pino({ level: logLevel }, destination)
  const pair = await keyPairFor(serveOptions, loggerInstance)
  const metrics = metricsPort === 0 ? undefined : await openMetrics()
  const app = buildApp({
    ...options,
    loggerInstance,
    ...(pair && { https: httpsOptions(pair) }),
    ...(metrics && { metricsRegistry: metrics.registry }),
  })
  if (pair !== undefined && tlsCert !== '') watchKeyPair(app, { tlsCert, tlsKey }, pair)
  for (const name of unknownNames) app.log.warn({ name }, 'unknown setting in the environment, ignored')

  const grace = closeWithGrace({ delay: config.drainMs + closeMarginMs, logger: app.log }, async ({ signal, err }) => {
    if (err) app.log.fatal({ err }, 'stopping after an error')
    else app.log.info({ signal }, 'stopping')
    await app.close()
  })
  // To the end, as a stop is what one wants to see.
  app.addHook('onClose', () => metrics?.server.close())
  try {
    await app.ready()
    if (metrics !== undefined) {
      const at = { port: metricsPort, host: metricsHost }
      await listen(metrics.server, at, { port: 'metricsPort', host: 'metricsHost' })
      app.log.info(at, 'metrics are served')
    }
    await listen(app, { port, host }, { port: 'port', host: 'host' })
  } catch (error) {
    grace.uninstall()
    await app.close()
    throw error
  }
  if (isDevelopment) {
    const address = app.server.address()
    const bound = address !== null && typeof address === 'object' ? address.port : port
    const open = addressesToOpen(host, bound)
    app.log.info({ open }, 'open one of these addresses; the browser warns of the certificate, go on all the same')
  }
  app.log.info({ version, node: process.versions.node }, 'signalbox is ready')
}

/** Loads what only those need who ask for it. */
async function openMetrics() {
  const [{ Registry }, { metricsServer }] = await Promise.all([import('prom-client'), import('./metrics-server.js')])
  const registry = new Registry()
  return { registry, server: metricsServer(registry) }
}

/**
 * @param names  of the settings
 * @throws ConfigError
 */
async function listen(
  app: FastifyInstance,
  at: { readonly port: number; readonly host: string },
  names: Readonly<Record<keyof typeof at, ConfigKey>>,
): Promise<void> {
  await app.listen(at).catch((error: unknown) => {
    throw new ConfigError(
      `cannot listen on ${environmentName(names.host)} ${at.host}, ${environmentName(names.port)} ${at.port}: ${error instanceof Error ? error.message : error}`,
    )
  })
}

/** @throws ConfigError */
async function keyPairFor(
  { config, isDevelopment, cacheFolder }: ServeOptions,
  log: FastifyBaseLogger,
): Promise<KeyPair | undefined> {
  if (!isDevelopment) {
    if (config.tlsCert === '') return undefined
    const pair = await readFiles(config)
    const { validTo } = checkKeyPair(pair)
    // Whoever comes will see it, too; but a service that does not start is no better.
    if (Date.parse(validTo) < Date.now()) log.error({ validTo }, 'the certificate has expired')
    return pair
  }
  if (config.tlsCert !== '')
    throw new ConfigError(`--https makes a certificate by itself, but ${environmentName('tlsCert')} names one.`)
  const { pair, unkept } = await developmentKeyPair({ folder: cacheFolder, addresses: ownAddresses() })
  if (unkept !== undefined) log.warn({ err: unkept }, 'the certificate cannot be kept: next time it is another one')
  return pair
}
