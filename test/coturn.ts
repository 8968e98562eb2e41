import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { parseIceUrl } from '../plugins/ice-servers/ice-url.js'
import { converse } from '../plugins/ice-servers/stun-link.js'
import { bind } from '../plugins/ice-servers/turn-exchange.js'
import { type CertificateOptions, type Certificates, makeCertificates } from './certificates.js'
import { freePort } from './free-port.js'
import { removeClock, shiftedClock } from './shifted-clock.js'

/** A real TURN server on this machine. */
export interface Coturn {
  readonly secrets: readonly string[]
  readonly realm: string
  readonly port: number
  readonly tlsPort: number
  /** `turn:` over UDP and over TCP, `turns:` over TLS. */
  readonly urls: { readonly udp: string; readonly tcp: string; readonly tls: string }
  readonly certificates: Certificates
  /** What it has said up to now. */
  log(): string
  stop(): Promise<void>
}

export interface CoturnOptions {
  /** The `static-auth-secret`s; default: one. None: those of the configuration file alone. */
  readonly secrets?: readonly string[]
  readonly tls?: CertificateOptions
  /** Where it listens and relays. Default: 127.0.0.1, which Firefox goes to for nobody. */
  readonly address?: string
  /** Further options of its command line. */
  readonly extra?: readonly string[]
  /** A configuration file to run with, instead of one that lets peers on this machine in. */
  readonly file?: string
  /** How far its clock is off, as faketime takes it, for instance `+2h`. */
  readonly clock?: string
}

export const turnSecret = 'a-secret-between-coturn-and-the-service'

const nobody = 65_534
const readyMs = 10_000

/** Starts coturn on 127.0.0.1, with free ports and a folder of its own; it answers, and is stopped when the test is over. */
export async function startCoturn(
  t: Test,
  { secrets = [turnSecret], tls = {}, address = '127.0.0.1', extra = [], file, clock }: CoturnOptions = {},
): Promise<Coturn> {
  const folder = mkdtempSync(join(tmpdir(), 'coturn-'))
  const certificates = makeCertificates(folder, tls)
  const isRoot = process.getuid?.() === 0 && /^\s*0\s+0\s+4294967295$/m.test(readFileSync('/proc/self/uid_map', 'utf8'))
  for (const path of [folder, ...readdirSync(folder).map((name) => join(folder, name))]) {
    if (isRoot) chownSync(path, nobody, nobody)
  }
  chmodSync(folder, 0o755)
  const [port, tlsPort] = [await freePort(), await freePort()]
  const realm = 'turn.test'
  const firstRelayPort = 40_000 + Math.floor(Math.random() * 20_000)
  const loose = [
    '-n',
    '--use-auth-secret',
    '--fingerprint',
    '--no-cli',
    '--no-multicast-peers',
    '--allow-loopback-peers',
  ]
  const args = [
    ...(file === undefined ? loose : ['-c', file]),
    `--listening-ip=${address}`,
    `--relay-ip=${address}`,
    `--listening-port=${port}`,
    `--tls-listening-port=${tlsPort}`,
    `--min-port=${firstRelayPort}`,
    `--max-port=${firstRelayPort + 399}`,
    `--realm=${realm}`,
    ...secrets.map((secret) => `--static-auth-secret=${secret}`),
    `--cert=${certificates.certificateFile}`,
    `--pkey=${certificates.keyFile}`,
    `--userdb=${join(folder, 'turndb')}`,
    `--pidfile=${join(folder, 'pid')}`,
    '--log-file=stdout',
    '--simple-log',
    ...extra,
  ]
  const child = spawn('turnserver', args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...(clock !== undefined && shiftedClock(clock)) },
    ...(isRoot && { uid: nobody, gid: nobody }),
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      log += chunk
    })
  }
  const exited = once(child, 'exit')
  const stop = async (): Promise<void> => {
    child.kill()
    const timer = setTimeout(() => child.kill('SIGKILL'), 3000)
    await exited
    clearTimeout(timer)
  }
  t.teardown(async () => {
    await stop()
    rmSync(folder, { recursive: true, force: true })
    removeClock(child.pid)
  })
  const urls = {
    udp: `turn:${address}:${port}?transport=udp`,
    tcp: `turn:${address}:${port}?transport=tcp`,
    tls: `turns:${address}:${tlsPort}?transport=tcp`,
  }
  await Promise.race([
    answers(`stun:${address}:${port}`),
    exited.then(() => {
      throw new Error(`coturn has ended: ${log}`)
    }),
  ])
  return { secrets, realm, port, tlsPort, urls, certificates, log: () => log, stop }
}

async function answers(url: string): Promise<void> {
  const target = parseIceUrl(url)
  if (target === undefined) throw new Error(url)
  for (const since = performance.now(); ; ) {
    try {
      await converse(target, bind, { timeoutMs: 1000 })
      return
    } catch (error) {
      if (performance.now() - since > readyMs) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}
