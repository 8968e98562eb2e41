#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import closeWithGrace from 'close-with-grace'
import type { FastifyBaseLogger } from 'fastify'
import { pino } from 'pino'
import pretty from 'pino-pretty'
import { mintToken } from '../plugins/access/mint.js'
import { type Config, environmentName, SettingError, SignalingError, type TokenRequest } from '../schemas/index.js'
import { buildApp } from './app.js'
import { check } from './check.js'
import { readCommand, UsageError } from './cli.js'
import { ConfigError, readConfig, unknownVariables } from './config.js'
import { developmentKeyPair } from './development-certificate.js'
import { helpText } from './help.js'
import { checkKeyPair, httpsOptions, type KeyPair, readFiles } from './key-pair.js'
import { watchKeyPair } from './key-pair-watch.js'
import { addressesToOpen, ownAddresses } from './own-addresses.js'

/** Closing is bounded by `drainMs` for the sockets; this is for everything else. */
const closeMarginMs = 3000

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

try {
  await run(process.argv.slice(2))
} catch (error) {
  const sentence = sentenceOf(error)
  if (sentence === undefined) throw error
  complain(sentence)
  process.exitCode = 2
}

async function run(words: readonly string[]): Promise<void> {
  const command = readCommand(words)
  switch (command.name) {
    case 'serve':
      return serve(readConfig(process.env), command.https)
    case 'check':
      for (const name of unknownVariables(process.env)) complain(`${name} is no setting, and is ignored; see --help.`)
      process.exitCode = await check(readConfig(process.env), process.stdout)
      return
    case 'token':
      return printToken(command.request, readConfig(process.env))
    case 'help':
      process.stdout.write(helpText(version))
      return
    case 'version':
      process.stdout.write(`${version}\n`)
  }
}

/** @param isDevelopment  whether to speak HTTPS with a certificate of our own */
async function serve(config: Config, isDevelopment: boolean): Promise<void> {
  const { port, host, logLevel, tlsCert, tlsKey, ...options } = config
  const destination = process.stdout.isTTY ? pretty({ ignore: 'pid,hostname', sync: true }) : pino.destination(1)
  const loggerInstance = pino({ level: logLevel }, destination)
  const pair = await keyPairFor(config, isDevelopment, loggerInstance)
  const app = buildApp({ ...options, loggerInstance, ...(pair && { https: httpsOptions(pair) }) })
  if (pair !== undefined && tlsCert !== '') watchKeyPair(app, { tlsCert, tlsKey }, pair)
  for (const name of unknownVariables(process.env))
    app.log.warn({ name }, 'unknown setting in the environment, ignored')

  const grace = closeWithGrace({ delay: config.drainMs + closeMarginMs, logger: app.log }, async ({ signal, err }) => {
    if (err) app.log.fatal({ err }, 'stopping after an error')
    else app.log.info({ signal }, 'stopping')
    await app.close()
  })
  try {
    await app.ready()
    await app.listen({ port, host }).catch((error: unknown) => {
      throw new ConfigError(
        `cannot listen on HOST ${host}, PORT ${port}: ${error instanceof Error ? error.message : error}`,
      )
    })
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

/** @throws ConfigError */
async function keyPairFor(
  config: Config,
  isDevelopment: boolean,
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
  // https://specifications.freedesktop.org/basedir-spec/latest/
  const folder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'signalbox')
  const { pair, unkept } = await developmentKeyPair({ folder, addresses: ownAddresses() })
  if (unkept !== undefined) log.warn({ err: unkept }, 'the certificate cannot be kept: next time it is another one')
  return pair
}

/** The token and nothing else, for a shell to take. */
async function printToken(request: TokenRequest, config: Config): Promise<void> {
  if (config.tokenSecrets.length === 0)
    throw new ConfigError(`${environmentName('tokenSecrets')} is needed, to sign the token with.`)
  const { token } = await mintToken(request, config)
  process.stdout.write(`${token}\n`)
}

/** What to say of an error that the person at the keyboard can mend. */
function sentenceOf(error: unknown): string | undefined {
  if (error instanceof ConfigError || error instanceof UsageError) return error.message
  if (error instanceof SettingError) return error.toldOf(environmentName)
  if (error instanceof SignalingError) return `${error.message}.`
  return undefined
}

function complain(sentence: string): void {
  process.stderr.write(`signalbox: ${sentence}\n`)
}
