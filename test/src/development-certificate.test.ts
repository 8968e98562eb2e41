import { X509Certificate } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { developmentKeyPair } from '../../src/development-certificate.js'
import { makeSelfSigned } from '../../src/self-signed.js'
import { Client } from '../helper.js'
import { start } from '../program.js'
import { fingerprint, statusOf } from '../tls-client.js'

const day = 86_400_000

t.test('--https serves with a certificate for this machine, says where, and keeps it', async (t) => {
  const environment = { XDG_CACHE_HOME: t.testdir({}), HOST: '0.0.0.0' }
  const { url, entries, child, exited } = await start(t, environment, '--https')
  const file = join(environment.XDG_CACHE_HOME, 'signalbox', 'development.pem')
  t.equal(statSync(file).mode & 0o777, 0o600)
  const kept = readFileSync(file, 'utf8')
  const { port } = new URL(url)
  const cards = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  const own = cards.filter(({ internal, family }) => !internal && family === 'IPv4').map(({ address }) => address)
  t.match(
    entries.find(({ open }) => open !== undefined),
    { open: ['localhost', ...own].map((host) => `https://${host}:${port}`) },
  )
  for (const host of ['localhost', '127.0.0.1', ...own])
    t.equal(await statusOf(`https://${host}:${port}/`, kept), 200, host)
  const ada = await Client.connect(t, `wss://localhost:${port}/ws`, { ca: kept })
  ada.send({ type: 'join', roomId: '1001' })
  await ada.next('joined')
  const first = await fingerprint(url)
  child.kill('SIGTERM')
  await exited

  const again = await start(t, environment, '--https')
  t.equal(await fingerprint(again.url), first, 'the same, which the browser has been told to accept')
})

t.test('it is used again for as long as it is good', async (t) => {
  const folder = t.testdir({})
  const now = new Date('2030-01-01T12:00:00Z')
  const find = async (addresses: string[], days = 0) => {
    const { pair } = await developmentKeyPair({ folder, addresses, now: new Date(now.getTime() + days * day) })
    return new X509Certificate(pair.cert).fingerprint256
  }
  const first = await find(['10.0.0.1', 'fd00::1'])
  t.equal(await find(['10.0.0.1', 'fd00::1'], 88), first)
  t.equal(await find(['10.0.0.1']), first, 'a card that is off for a while')
  const moved = await find(['10.0.0.1', '10.0.0.2'])
  t.not(moved, first, 'a new address')
  const later = await find(['10.0.0.1'], 89.5)
  t.not(later, moved, 'less than a day before its end')
  writeFileSync(join(folder, 'development.pem'), 'something else')
  t.not(await find(['10.0.0.1'], 89.5), later)
})

t.test('what cannot be kept is as good for once', async (t) => {
  const folder = join(t.testdir({ file: '' }), 'file')
  const { pair, unkept } = await developmentKeyPair({ folder, addresses: [] })
  t.match(unkept, { code: 'EEXIST' })
  t.match(new X509Certificate(pair.cert).subject, 'CN=Signalbox development')
})

t.test('the certificate is for every host that it is made for, however many', async (t) => {
  const many = Array.from({ length: 40 }, (_, n) => `10.0.0.${n}`)
  const addresses = ['127.0.0.1', '::1', '::', 'fd00::1:2', '2001:db8::', '::ffff:10.0.0.1', 'fd00:1:2:3:4:5:6:7']
  for (const hosts of [['localhost', ...addresses], ['localhost'], ['localhost', ...many]]) {
    for (const year of [2026, 2049, 2050]) {
      const [from, to] = [new Date(Date.UTC(year, 0, 2, 3, 4, 5)), new Date(Date.UTC(year, 11, 31))]
      const { cert, key } = makeSelfSigned({ hosts, from, to })
      const certificate = new X509Certificate(cert)
      t.ok(certificate.verify(certificate.publicKey))
      t.match(key, 'PRIVATE KEY')
      t.strictSame([certificate.ca, Date.parse(certificate.validFrom)], [false, from.getTime()])
      t.equal(Date.parse(certificate.validTo), to.getTime())
      t.ok(certificate.checkHost('localhost'))
      for (const address of hosts.slice(1)) t.ok(certificate.checkIP(address), address)
      t.notOk(certificate.checkIP('10.1.0.1'))
    }
  }
})
