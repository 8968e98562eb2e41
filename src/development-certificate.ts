import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import type { KeyPair } from './key-pair.js'
import { makeSelfSigned } from './self-signed.js'

const dayMs = 86_400_000
const goodForMs = 90 * dayMs
/** Of a phone's clock: how far it may be behind. */
const clockSkewMs = dayMs

export interface DevelopmentOptions {
  /** Where it is kept, so that a browser that has been told to accept it does so tomorrow. Made if it is not there. */
  readonly folder: string
  /** For which addresses, beside this machine's own names. */
  readonly addresses: readonly string[]
  /** Default: now. */
  readonly now?: Date
}

/**
 * A certificate for development, which nobody known has signed: the one of last time while it is good for another day and for all
 * addresses, or a new one for 90 days.
 *
 * @returns  `unkept` says why it could not be kept, if it could not; it is as good for this run
 */
export async function developmentKeyPair(
  options: DevelopmentOptions,
): Promise<{ readonly pair: KeyPair; readonly unkept?: unknown }> {
  const { folder, addresses, now = new Date() } = options
  const hosts = ['localhost', '127.0.0.1', '::1', ...addresses]
  const file = join(folder, 'development.pem')
  // Both in one file, so that they always fit.
  const kept = await readFile(file, 'utf8').catch(() => '')
  if (isGood(kept, hosts, now)) return { pair: { cert: kept, key: kept } }

  const from = new Date(now.getTime() - clockSkewMs)
  const { cert, key } = makeSelfSigned({ hosts, from, to: new Date(now.getTime() + goodForMs) })
  const made = { pair: { cert, key } }
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const draft = `${file}.${process.pid}`
    await writeFile(draft, key + cert, { mode: 0o600, flag: 'wx' })
    await rename(draft, file)
    return made
  } catch (unkept) {
    return { ...made, unkept }
  }
}

function isGood(pem: string, hosts: readonly string[], now: Date): boolean {
  try {
    const certificate = new X509Certificate(pem)
    return (
      certificate.checkPrivateKey(createPrivateKey(pem)) &&
      Date.parse(certificate.validTo) > now.getTime() + dayMs &&
      hosts.every((host) => (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined)
    )
  } catch {
    // There is none yet, or somebody has written something else there.
    return false
  }
}
