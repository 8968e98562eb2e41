import { type ExecFileSyncOptions, execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** An authority of its own, and a certificate that it has signed, all as PEM files in a folder. */
export interface Certificates {
  /** The authority's certificate itself. */
  readonly authority: string
  readonly authorityFile: string
  readonly certificateFile: string
  readonly keyFile: string
}

export interface CertificateOptions {
  /** As openssl writes them. Default: this machine, by address and by name. */
  readonly names?: string
  /** When it was made, as `date` reads it; it is good for two days. Default: now. */
  readonly made?: string
  /** Of what kind the key of the server is. Default: `ec`. */
  readonly kind?: 'ec' | 'rsa'
}

/** Makes certificates with openssl, quickly and for tests alone. */
export function makeCertificates(
  folder: string,
  { names = 'IP:127.0.0.1,DNS:localhost', made, kind = 'ec' }: CertificateOptions = {},
): Certificates {
  const openssl = (...args: string[]): void => {
    const options: ExecFileSyncOptions = { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] }
    if (made === undefined) execFileSync('openssl', args, options)
    else execFileSync('faketime', [made, 'openssl', ...args], options)
  }
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  openssl('req', '-x509', ...key, '-days', '2', '-subj', '/CN=authority', '-keyout', 'ca-key.pem', '-out', 'ca.pem')
  const serverKey = kind === 'ec' ? key : ['-newkey', 'rsa:2048', '-nodes']
  openssl('req', ...serverKey, '-subj', '/CN=server', '-keyout', 'key.pem', '-out', 'server.csr')
  writeFileSync(join(folder, 'names.txt'), `subjectAltName=${names}\n`)
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca-key.pem', '-CAcreateserial', '-days', '2', '-extfile', 'names.txt']
  openssl('x509', '-req', '-in', 'server.csr', ...signed, '-out', 'cert.pem')
  const authorityFile = join(folder, 'ca.pem')
  return {
    authority: readFileSync(authorityFile, 'utf8'),
    authorityFile,
    certificateFile: join(folder, 'cert.pem'),
    keyFile: join(folder, 'key.pem'),
  }
}
