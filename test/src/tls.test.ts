import { createPrivateKey } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { httpsOptions, readFiles } from '../../src/key-pair.js'
import { type Certificates, makeCertificates } from '../certificates.js'
import { sayHello } from '../client-hello.js'
import { Client } from '../helper.js'
import { run, start } from '../program.js'
import { fingerprint, shakeHands, statusOf } from '../tls-client.js'
import { serveTls } from '../tls-service.js'

/** Two pairs by two authorities, each in a folder of its own. */
function makeTwo(t: Test): [Certificates, Certificates] {
  const folder = t.testdir({ first: {}, second: {} })
  return [makeCertificates(join(folder, 'first')), makeCertificates(join(folder, 'second'))]
}

function settingsOf({ certificateFile, keyFile }: Certificates) {
  return { tlsCert: certificateFile, tlsKey: keyFile }
}

function environmentOf({ certificateFile, keyFile }: Certificates): Record<string, string> {
  return { SIGNALBOX_TLS_CERT: certificateFile, SIGNALBOX_TLS_KEY: keyFile }
}

async function enter(t: Test, url: string, ca: string): Promise<Client> {
  const client = await Client.connect(t, url, { ca })
  client.send({ type: 'join', roomId: '1001' })
  await client.next('joined')
  return client
}

t.test('with a certificate the port speaks HTTPS and WSS, and nothing else', async (t) => {
  const [files] = makeTwo(t)
  const { child, exited, url } = await start(t, environmentOf(files))
  t.match(url, /^wss:/)
  t.equal(await statusOf(`${url}/livez`, files.authority), 200)
  const ada = await enter(t, `${url}/ws`, files.authority)
  const bo = await enter(t, url, files.authority)
  await ada.next('ready')
  await bo.next('ready')
  ada.send({ type: 'offer', sdp: 'over TLS' })
  t.match(await bo.next('offer'), { sdp: 'over TLS' })
  await t.rejects(fetch(url.replace('wss:', 'http:')), 'plain HTTP gets no answer')
  child.kill('SIGTERM')
  t.match(await ada.closed, { code: 1012 })
  t.equal((await exited).code, 0)
})

t.test('who does not shake hands is cut', async (t) => {
  const [files] = makeTwo(t)
  const options = httpsOptions(await readFiles(settingsOf(files)))
  t.match(options, { handshakeTimeout: 10_000, minVersion: 'TLSv1.2' })
  const { url } = await serveTls(t, settingsOf(files), { https: { ...options, handshakeTimeout: 200 } })
  const { hostname, port } = new URL(url)
  const silent = connect(Number(port), hostname).resume()
  silent.on('error', () => {})
  await once(silent, 'close')
})

t.test('new files are for new connections; those that are open go on', async (t) => {
  const [files, others] = makeTwo(t)
  const { url, logged } = await serveTls(t, settingsOf(files))
  const ada = await enter(t, url, files.authority)
  const before = await fingerprint(url)
  copyFileSync(others.certificateFile, files.certificateFile)
  copyFileSync(others.keyFile, files.keyFile)
  await logged('new certificate in force')
  t.not(await fingerprint(url), before)
  await t.rejects(Client.connect(t, url, { ca: files.authority }))
  const bo = await enter(t, url, others.authority)
  await ada.next('ready')
  await bo.next('ready')
  ada.send({ type: 'offer', sdp: 'over the old one' })
  t.match(await bo.next('offer'), { sdp: 'over the old one' })
  const old = await shakeHands(url, { ca: others.authority, maxVersion: 'TLSv1.2' })
  t.equal(old.getProtocol(), 'TLSv1.2', 'with the same bounds as before')
  old.destroy()
  for (const version of ['TLSv1.1', 'TLSv1'] as const)
    await t.rejects(
      shakeHands(url, { ca: others.authority, minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' }),
      { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' },
    )
  // AES-CBC.
  t.strictSame(await sayHello(url, { version: 0x0303, suites: [0xc009, 0xc00a, 0xc023, 0xc024] }), { alert: 40 })
})

t.test('a pair that cannot be used is logged once, and the old one goes on until there is a good one', async (t) => {
  const [files, others] = makeTwo(t)
  const { url, entries, logged } = await serveTls(t, settingsOf(files))
  const before = await fingerprint(url)
  const faultOf = async () => (await logged('new certificate cannot be used')).reason
  writeFileSync(files.certificateFile, 'half of a certifi')
  t.match(await faultOf(), /^SIGNALBOX_TLS_CERT names no file with a certificate in PEM/)
  copyFileSync(others.certificateFile, files.certificateFile)
  t.match(await faultOf(), /^SIGNALBOX_TLS_KEY is not the key of the certificate/)
  // Some looks later.
  await new Promise((resolve) => setTimeout(resolve, 200))
  t.notOk(entries.some(({ msg }) => msg.startsWith('new certificate')))
  t.equal(await fingerprint(url), before)
  copyFileSync(others.keyFile, files.keyFile)
  await logged('new certificate in force')
  t.not(await fingerprint(url), before)
})

t.test('files that cannot be used stop the start with a sentence', async (t) => {
  const [files, others] = makeTwo(t)
  const folder = t.testdirName
  const ciphered = join(folder, 'ciphered.pem')
  const secret = { cipher: 'aes-256-cbc', passphrase: 'open' }
  const key = createPrivateKey(readFileSync(files.keyFile)).export({ type: 'pkcs8', format: 'pem', ...secret })
  writeFileSync(ciphered, key)
  const [cert, keyName] = ['SIGNALBOX_TLS_CERT', 'SIGNALBOX_TLS_KEY']
  const good = environmentOf(files)
  for (const [environment, sentence, ...words] of [
    [{ [cert]: files.certificateFile }, `${cert} needs ${keyName} beside it.`],
    [{ [keyName]: files.keyFile }, `${keyName} needs ${cert} beside it.`],
    [{ ...good, [cert]: '/nowhere.pem' }, `${cert} cannot be read: ENOENT: no such file or directory.`],
    [{ ...good, [cert]: files.keyFile }, `${cert} names no file with a certificate in PEM.`],
    [
      { ...good, [keyName]: files.certificateFile },
      `${keyName} names no file with a private key in PEM that has no passphrase.`,
    ],
    [{ ...good, [keyName]: ciphered }, `${keyName} names no file with a private key in PEM that has no passphrase.`],
    [{ ...good, [keyName]: others.keyFile }, `${keyName} is not the key of the certificate in ${cert}.`],
    [good, `--https makes a certificate by itself, but ${cert} names one.`, '--https'],
  ] as [Record<string, string>, string, ...string[]][]) {
    const { code, stdout, stderr } = await run(t, { ...environment, PORT: '0', HOST: '127.0.0.1' }, ...words).exited
    t.strictSame({ code, stdout, stderr }, { code: 2, stdout: '', stderr: `signalbox: ${sentence}\n` })
  }
})

t.test('a certificate that has expired is used, and said', async (t) => {
  const files = makeCertificates(t.testdir(), { made: '2020-01-01' })
  const { url, entries } = await start(t, environmentOf(files))
  t.match(
    entries.find(({ level }) => level === 50),
    { msg: 'the certificate has expired', validTo: /2020/ },
  )
  t.ok(await fingerprint(url))
})
