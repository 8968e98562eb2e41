import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import t, { type Test } from 'tap'
import { httpsOptions, readFiles } from '../../src/key-pair.js'
import { type Certificates, makeCertificates } from '../certificates.js'
import { sayHello } from '../client-hello.js'
import { startService } from '../helper.js'

/** TLS 1.2 (0x0303) and before, by their numbers on the wire. */
const versions = { ssl3: 0x0300, tls1: 0x0301, tls1_1: 0x0302, tls1_2: 0x0303 }
/** RFC 5246, section 7.2, and RFC 7507. */
const alerts = { handshakeFailure: 40, decodeError: 50, protocolVersion: 70, inappropriateFallback: 86 }

const suites = {
  ec: {
    'ECDHE-ECDSA-AES128-GCM-SHA256': 0xc02b,
    'ECDHE-ECDSA-AES256-GCM-SHA384': 0xc02c,
    'ECDHE-ECDSA-CHACHA20-POLY1305': 0xcca9,
  },
  rsa: {
    'ECDHE-RSA-AES128-GCM-SHA256': 0xc02f,
    'ECDHE-RSA-AES256-GCM-SHA384': 0xc030,
    'ECDHE-RSA-CHACHA20-POLY1305': 0xcca8,
  },
}
const fallbackSignal = 0x5600

/** Every other number that a suite of TLS 1.2 could have, as many at once as a record holds. */
const otherSuites = ((): number[][] => {
  const accepted = new Set<number>([...Object.values(suites.ec), ...Object.values(suites.rsa), fallbackSignal])
  const others = Array.from({ length: 0x10000 }, (_, number) => number).filter((number) => !accepted.has(number))
  return Array.from({ length: 10 }, (_, part) => others.slice(part * 7000, (part + 1) * 7000))
})()

/** What no server should take any more, and OpenSSL itself may not even know. */
const oldSuites = {
  'static RSA': [0x009c, 0x009d, 0x002f, 0x0035, 0x003c, 0x003d],
  CBC: [0xc009, 0xc00a, 0xc013, 0xc014, 0xc023, 0xc024, 0xc027, 0xc028],
  DHE: [0x009e, 0x009f, 0x0033, 0x0039, 0xccaa],
  NULL: [0x0001, 0x0002, 0x003b, 0xc006, 0xc010],
  anonymous: [0x0018, 0x001b, 0x0034, 0x003a, 0x006c, 0x00a6, 0xc017, 0xc018],
  EXPORT: [0x0003, 0x0006, 0x0008, 0x000e, 0x0014, 0x0017, 0x0062, 0x0064],
  RC4: [0x0004, 0x0005, 0xc007, 0xc011],
  '3DES': [0x000a, 0x0016, 0xc008, 0xc012],
}

function certificatesOf(t: Test): Record<'ec' | 'rsa', Certificates> {
  const folder = t.testdir({ ec: {}, rsa: {} })
  const [ec, rsa] = [join(folder, 'ec'), join(folder, 'rsa')]
  return { ec: makeCertificates(ec), rsa: makeCertificates(rsa, { kind: 'rsa' }) }
}

async function serve(t: Test, { certificateFile, keyFile }: Certificates): Promise<string> {
  const pair = await readFiles({ tlsCert: certificateFile, tlsKey: keyFile })
  return (await startService(t, { https: httpsOptions(pair) })).url
}

/** A server that takes whatever OpenSSL can: shows that what is refused elsewhere was offered. */
async function serveAnything(t: Test, { certificateFile, keyFile }: Certificates): Promise<string> {
  const server = createServer({
    cert: readFileSync(certificateFile),
    key: readFileSync(keyFile),
    minVersion: 'TLSv1',
    ciphers: 'ALL:COMPLEMENTOFALL:@SECLEVEL=0',
  })
  server.on('secureConnection', (socket) => socket.on('error', () => {}).resume())
  server.on('tlsClientError', () => {})
  t.teardown(() => server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `tls://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** What `openssl s_client` prints. */
async function openssl(t: Test, url: string, words: readonly string[], input = ''): Promise<string> {
  const child = spawn('openssl', ['s_client', '-connect', new URL(url).host, ...words])
  t.teardown(() => child.kill('SIGKILL'))
  let output = ''
  const hear = (chunk: Buffer): void => {
    output += chunk
    // A command is heard once the handshake is over.
    if (child.stdin.writable && output.includes('Verify return code')) child.stdin.end(input)
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  child.stdin.on('error', () => {})
  if (input === '') child.stdin.end()
  await once(child, 'close')
  return output
}

t.test('SSL 3, TLS 1.0 and TLS 1.1 are refused', async (t) => {
  const { ec, rsa } = certificatesOf(t)
  for (const files of [ec, rsa]) {
    const url = await serve(t, files)
    for (const [version, alert] of [
      // It has no alert about versions.
      [versions.ssl3, alerts.handshakeFailure],
      [versions.tls1, alerts.protocolVersion],
      [versions.tls1_1, alerts.protocolVersion],
    ] as const) {
      const hello = { version, suites: [0xc009, 0xc00a, 0xc013, 0xc014, 0x0035] }
      t.strictSame(await sayHello(url, hello), { alert }, version.toString(16))
    }
    // Else it would itself refuse what is old.
    const willing = ['-cipher', 'DEFAULT:@SECLEVEL=0']
    const lax = await serveAnything(t, files)
    for (const version of ['-tls1', '-tls1_1']) {
      t.match(await openssl(t, url, [version, ...willing]), /alert protocol version/, version)
      t.match(await openssl(t, lax, [version, ...willing]), /Cipher is ECDHE/, 'and would have been spoken')
    }
  }
})

t.test('TLS 1.2 with six suites, each with a key of its own for each connection', async (t) => {
  const certificates = certificatesOf(t)
  for (const kind of ['ec', 'rsa'] as const) {
    const url = await serve(t, certificates[kind])
    for (const [name, suite] of Object.entries(suites[kind])) {
      const hello = { version: versions.tls1_2, suites: [suite] }
      t.strictSame(await sayHello(url, hello), { version: versions.tls1_2, suite, compression: 0 }, name)
      t.match(await openssl(t, url, ['-tls1_2', '-cipher', name]), `New, TLSv1.2, Cipher is ${name}`)
    }
  }
})

t.test('no other suite of TLS 1.2 is spoken, whatever its number', async (t) => {
  const certificates = certificatesOf(t)
  for (const kind of ['ec', 'rsa'] as const) {
    const url = await serve(t, certificates[kind])
    for (const [name, numbers] of Object.entries(oldSuites)) {
      const hello = { version: versions.tls1_2, suites: numbers }
      t.strictSame(await sayHello(url, hello), { alert: alerts.handshakeFailure }, `${name}, ${kind}`)
    }
    for (const numbers of otherSuites) {
      const hello = { version: versions.tls1_2, suites: numbers }
      t.strictSame(await sayHello(url, hello), { alert: alerts.handshakeFailure }, `from ${numbers[0]}, ${kind}`)
    }
    const everything = ['-tls1_2', '-cipher', 'ALL:COMPLEMENTOFALL:!ECDHE+AESGCM:!ECDHE+CHACHA20:@SECLEVEL=0']
    t.match(await openssl(t, url, everything), /alert handshake failure/, 'nor by OpenSSL')
    const lax = await serveAnything(t, certificates[kind])
    t.match(await openssl(t, lax, everything), /New, .* Cipher is \w/, 'which offered something')
    t.match(await sayHello(lax, { version: versions.tls1_2, suites: oldSuites.CBC }), { suite: Number }, 'as this did')
  }
})

t.test('TLS 1.3 with each of its suites but those with short tags', async (t) => {
  const url = await serve(t, makeCertificates(t.testdir()))
  for (const suite of ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'])
    t.match(await openssl(t, url, ['-tls1_3', '-ciphersuites', suite]), `New, TLSv1.3, Cipher is ${suite}`)
  for (const suite of ['TLS_AES_128_CCM_SHA256', 'TLS_AES_128_CCM_8_SHA256'])
    t.match(await openssl(t, url, ['-tls1_3', '-ciphersuites', suite]), /alert handshake failure/, suite)
})

t.test('a client cannot shake hands again over the same connection', async (t) => {
  const files = makeCertificates(t.testdir())
  const words = ['-tls1_2', '-legacy_renegotiation']
  const refused = await openssl(t, await serve(t, files), words, 'R\n')
  t.match(refused, /RENEGOTIATING/)
  t.match(refused, /no renegotiation/)
  const granted = await openssl(t, await serveAnything(t, files), words, 'R\n')
  t.match(granted, /RENEGOTIATING\n(.*\n)*verify return/, 'which other servers grant')
})

t.test('nothing is compressed, and nobody is talked into an older version', async (t) => {
  const url = await serve(t, makeCertificates(t.testdir()))
  const [suite] = Object.values(suites.ec)
  const hello = { version: versions.tls1_2, suites: [suite ?? 0] }
  t.match(await sayHello(url, { ...hello, compressions: [1, 0] }), { suite, compression: 0 })
  t.strictSame(await sayHello(url, { ...hello, compressions: [1] }), { alert: alerts.decodeError })
  t.match(await openssl(t, url, ['-tls1_2', '-comp']), /Compression: NONE/)
  // RFC 7507: the client says that it has tried TLS 1.3 and was kept from it.
  t.strictSame(await sayHello(url, { ...hello, suites: [...hello.suites, fallbackSignal] }), {
    alert: alerts.inappropriateFallback,
  })
})
