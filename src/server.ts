#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import closeWithGrace from 'close-with-grace'
import { pino } from 'pino'
import pretty from 'pino-pretty'
import { type Config, environmentName, SettingError } from '../schemas/index.js'
import { buildApp } from './app.js'
import { ConfigError, readConfig, unknownVariables } from './config.js'
import { helpText } from './help.js'

/** Closing is bounded by `drainMs` for the sockets; this is for everything else. */
const closeMarginMs = 3000

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string
}

const words = process.argv.slice(2).join(' ')
switch (words) {
  case '':
    try {
      await serve(readConfig(process.env))
    } catch (error) {
      if (error instanceof SettingError) refuse(error.toldOf(environmentName))
      else if (error instanceof ConfigError) refuse(error.message)
      else throw error
    }
    break
  case '-h':
  case '--help':
    process.stdout.write(helpText(version))
    break
  case '-v':
  case '--version':
    process.stdout.write(`${version}\n`)
    break
  default:
    refuse(`${words} is not an option; see --help.`)
}

async function serve(config: Config): Promise<void> {
  const { port, host, logLevel, ...options } = config
  const destination = process.stdout.isTTY ? pretty({ ignore: 'pid,hostname', sync: true }) : pino.destination(1)
  const app = buildApp({ ...options, loggerInstance: pino({ level: logLevel }, destination) })
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
  app.log.info({ version, node: process.versions.node }, 'signalbox is ready')
}

function refuse(sentence: string): void {
  process.stderr.write(`signalbox: ${sentence}\n`)
  process.exitCode = 2
}
