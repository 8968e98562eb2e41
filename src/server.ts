#!/usr/bin/env node
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type Config, environmentName, SettingError, SignalingError, type TokenRequest } from '../schemas/index.js'
import { readCommand, UsageError } from './cli.js'
import { ConfigError, type Environment, readConfig, unknownVariables } from './config.js'
import type { Invite } from './conformance/trial.js'
import { helpText } from './help.js'
import { version } from './version.js'

/** Longer than a run. */
const inviteTtlSeconds = 300

try {
  await run(process.argv.slice(2))
} catch (error) {
  const sentence = sentenceOf(error)
  if (sentence === undefined) throw error
  complain(sentence)
  process.exitCode = 2
}

/** Each command loads what it needs: all of it takes half a second, which is long for a word of help. */
async function run(words: readonly string[]): Promise<void> {
  const command = readCommand(words)
  switch (command.name) {
    case 'serve': {
      const config = readConfig(process.env)
      const unknownNames = unknownVariables(process.env)
      // https://specifications.freedesktop.org/basedir-spec/latest/
      const cacheFolder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'signalbox')
      const { serve } = await import('./serve.js')
      return serve({ config, version, unknownNames, isDevelopment: command.https, cacheFolder })
    }
    case 'check': {
      const config = readConfig(process.env)
      for (const name of unknownVariables(process.env)) complain(`${name} is no setting, and is ignored; see --help.`)
      const { check } = await import('./check.js')
      process.exitCode = await check(config, process.stdout)
      return
    }
    case 'conform': {
      const { conform } = await import('./conformance/conform.js')
      const invite = inviteFor(command, process.env)
      process.exitCode = await conform(
        { ...command, ...(invite && { invite }) },
        { print: (line) => process.stdout.write(`${line}\n`), complain },
      )
      return
    }
    case 'token':
      return printToken(command.request, readConfig(process.env))
    case 'help':
      process.stdout.write(helpText(version))
      return
    case 'version':
      process.stdout.write(`${version}\n`)
  }
}

/** What lets into each room: the token that was given, or one that is made for it, where there is a secret to sign it with. */
function inviteFor({ token }: { readonly token?: string }, environment: Environment): Invite | undefined {
  if (token !== undefined) return async () => token
  const config = readConfig(environment)
  if (config.tokenSecrets.length === 0) return undefined
  return async (room, role) => {
    const { mintToken } = await import('../plugins/access/mint.js')
    try {
      return (await mintToken({ room, role, ttlSeconds: inviteTtlSeconds }, config)).token
    } catch (error) {
      // For a room that cannot be, which is tried, too.
      if (error instanceof SignalingError) return undefined
      throw error
    }
  }
}

/** The token and nothing else, for a shell to take. */
async function printToken(request: TokenRequest, config: Config): Promise<void> {
  if (config.tokenSecrets.length === 0)
    throw new ConfigError(`${environmentName('tokenSecrets')} is needed, to sign the token with.`)
  const { mintToken } = await import('../plugins/access/mint.js')
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
