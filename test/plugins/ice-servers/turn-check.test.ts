import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { checkServers, type TurnReport } from '../../../plugins/ice-servers/turn-check.js'
import { turnFaults } from '../../../plugins/ice-servers/turn-faults.js'
import { defaultsOf, IceConfig } from '../../../schemas/index.js'
import { makeCertificates } from '../../certificates.js'
import { startCoturn, turnSecret } from '../../coturn.js'
import { freePort } from '../../free-port.js'
import { inOwnNetwork } from '../../own-network.js'
import { errorAnswer, servant, startStub, successAnswer } from '../../turn-stub.js'

const foreignSecret = 'a secret that is another than that of coturn'
/** As a careful operator would have it. */
const noLinkLocal = '--denied-peer-ip=169.254.0.0-169.254.255.255'

function settings(turnUrls: string[], turnSecrets = [turnSecret]): IceConfig {
  return { ...defaultsOf(IceConfig), turnUrls, turnSecrets }
}

/** What is found of one TURN URL. */
async function find(
  url: string,
  secrets?: string[],
  options: Parameters<typeof checkServers>[1] = {},
): Promise<TurnReport> {
  const { reports } = await checkServers(settings([url], secrets), options)
  const [report] = reports
  if (report === undefined || reports.length !== 1) throw new Error(`${reports.length} reports`)
  return report
}

/** The report has this fault, and says so with what to do. */
function isFault(t: Test, report: TurnReport, fault: keyof typeof turnFaults): void {
  t.match(report, { ok: false, fault, ms: undefined })
  const { what, remedy } = turnFaults[fault]
  t.ok(report.sentence.startsWith(what) && report.sentence.endsWith(remedy), `${report.url}: ${report.sentence}`)
}

async function listening(t: Test, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return (server.address() as AddressInfo).port
}

t.test('a server that is as it should be is ok, over each transport', async (t) => {
  const { urls, port, certificates } = await startCoturn(t, { extra: [noLinkLocal] })
  const config = { ...settings(Object.values(urls)), stunUrls: [`stun:127.0.0.1:${port}`] }
  const { reports, secret } = await checkServers(config, { authority: certificates.authority })
  t.equal(secret, 0)
  t.strictSame(
    reports.map(({ url }) => url),
    [...config.stunUrls, ...config.turnUrls],
  )
  for (const { ok, ms, sentence, fault, warnings } of reports) {
    t.match({ ok, sentence }, { ok: true, sentence: `ok in ${ms} ms` })
    t.strictSame([fault, warnings], [undefined, undefined])
  }
  t.strictSame(
    reports.map(({ relayedAddress }) => relayedAddress),
    [undefined, '127.0.0.1', '127.0.0.1', '127.0.0.1'],
  )
})

t.test('a wrong secret', async (t) => {
  const { urls } = await startCoturn(t)
  for (const url of [urls.udp, urls.tcp]) isFault(t, await find(url, [foreignSecret]), 'wrong-secret')
})

t.test('a clock that is ahead is told from a wrong secret', async (t) => {
  for (const [clock, words] of [
    ['+2h', 'a day'],
    ['+30d', 'a year'],
  ] as const) {
    const { urls } = await startCoturn(t, { clock })
    const report = await find(urls.udp)
    isFault(t, report, 'clock-skew')
    t.match(report.sentence, words)
    isFault(t, await find(urls.udp, [foreignSecret]), 'wrong-secret')
  }
})

t.test('a clock that is behind, or not far ahead, does no harm', async (t) => {
  for (const clock of ['-2h', '+5m']) {
    const { urls } = await startCoturn(t, { clock })
    t.match(await find(urls.udp), { ok: true }, clock)
  }
})

t.test('nothing listens', async (t) => {
  const port = await freePort()
  for (const url of [`turn:127.0.0.1:${port}`, `turn:127.0.0.1:${port}?transport=tcp`, `turns:localhost:${port}`])
    isFault(t, await find(url), 'refused')
})

t.test('a name without an address', async (t) => {
  for (const query of ['', '?transport=tcp'])
    isFault(t, await find(`turn:turn.invalid${query}`, undefined, { timeoutMs: 1000 }), 'unresolved')
})

t.test('silence', async (t) => {
  const stub = await startStub(t, () => undefined)
  isFault(t, await find(stub.url, undefined, { timeoutMs: 500 }), 'unreachable')
})

t.test('a server for STUN alone', async (t) => {
  const { urls, port } = await startCoturn(t, { extra: ['--stun-only'] })
  const report = await find(urls.udp, undefined, { timeoutMs: 700 })
  isFault(t, report, 'no-turn')
  t.match(report.sentence, 'it answers to STUN')
  const config = { ...settings([], []), stunUrls: [`stun:127.0.0.1:${port}`] }
  t.match((await checkServers(config)).reports, [{ ok: true }])
})

t.test('what is no TURN server at all', async (t) => {
  const http = await listening(t, createHttpServer())
  isFault(t, await find(`turn:127.0.0.1:${http}?transport=tcp`), 'no-turn')
  isFault(t, await find(`turns:127.0.0.1:${http}`), 'tls-failed')
  const mute = await listening(
    t,
    createServer(() => {}),
  )
  isFault(t, await find(`turn:127.0.0.1:${mute}?transport=tcp`, undefined, { timeoutMs: 300 }), 'no-turn')
  isFault(t, await find(`turns:127.0.0.1:${mute}`, undefined, { timeoutMs: 300 }), 'tls-failed')
  const curt = await listening(
    t,
    createServer((socket) => socket.end()),
  )
  isFault(t, await find(`turn:127.0.0.1:${curt}?transport=tcp`), 'no-turn')
  isFault(t, await find(`turns:127.0.0.1:${curt}`), 'tls-failed')

  const echo = createSocket('udp4')
  echo.on('message', (bytes, { address, port }) => echo.send(bytes.subarray(0, bytes.length - 1), port, address))
  echo.bind(0, '127.0.0.1')
  await once(echo, 'listening')
  t.teardown(() => echo.close())
  isFault(t, await find(`turn:127.0.0.1:${echo.address().port}`, undefined, { timeoutMs: 300 }), 'no-turn')
})

t.test('a Web server under the name of a TURN server', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'web-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const { authority, certificateFile, keyFile } = makeCertificates(folder)
  const web = createHttpsServer({ cert: readFileSync(certificateFile), key: readFileSync(keyFile) })
  isFault(t, await find(`turns:localhost:${await listening(t, web)}`, undefined, { authority }), 'no-turn')
})

t.test('a certificate for another name, of nobody known, or of the past', async (t) => {
  const named = await startCoturn(t, { tls: { names: 'DNS:other.test' } })
  const authority = named.certificates.authority
  isFault(t, await find(named.urls.tls, undefined, { authority }), 'tls-name')
  isFault(t, await find(`turns:localhost:${named.tlsPort}`, undefined, { authority }), 'tls-name')
  isFault(t, await find(named.urls.tls), 'tls-untrusted')
  const old = await startCoturn(t, { tls: { made: '10 days ago' } })
  isFault(t, await find(old.urls.tls, undefined, { authority: old.certificates.authority }), 'tls-expired')
  const early = await startCoturn(t, { tls: { made: 'next month' } })
  isFault(t, await find(early.urls.tls, undefined, { authority: early.certificates.authority }), 'tls-expired')
})

t.test('a server that has none left to give, or sends everybody elsewhere', async (t) => {
  const full = await startCoturn(t, { extra: ['--total-quota=1', '--user-quota=1'] })
  t.match(await find(full.urls.udp), { ok: true })
  isFault(t, await find(full.urls.udp), 'quota')
  const other = await startCoturn(t, { extra: ['--alternate-server=192.0.2.9:3479'] })
  const report = await find(other.urls.udp)
  isFault(t, report, 'alternate-server')
  t.match(report.sentence, '192.0.2.9, port 3479')
  const closed = await startStub(t, (request) => errorAnswer(request, 403))
  isFault(t, await find(closed.url), 'forbidden')
})

t.test('TLS over UDP, which no browser speaks, is not even tried', async (t) => {
  isFault(t, await find('turns:127.0.0.1:1?transport=udp'), 'unsupported')
})

t.test('a relay that is open, or leads inside, works and is warned of', async (t) => {
  const open = await startStub(t, (request) => successAnswer(request))
  t.match(await find(open.url), {
    ok: true,
    warnings: ['open', 'inside'],
    sentence: /^ok in \d+ ms, but it .* Also, it /,
  })
  const shut = await startStub(t, servant(turnSecret))
  t.match(await find(shut.url), { ok: true, warnings: undefined })
  const loose = await startCoturn(t)
  t.match(await find(loose.urls.udp), { ok: true, warnings: ['inside'] })
})

// In a network that is theirs alone: it gets an address that is somebody's.
const addressed = inOwnNetwork(process.execPath, [fileURLToPath(import.meta.resolve('./private-relay.js'))])
if (addressed === undefined) t.fail('this needs a network of its own: run it as root, or where `unshare -rn` works')
else
  t.spawn(
    addressed.command,
    addressed.args,
    { env: { ...process.env, ...addressed.env } },
    'in a network with a public address',
  )

t.test('of several secrets the one that most servers accept is found', async (t) => {
  const [older, newer] = ['the older one of two secrets for all', 'the newer one of two secrets for all']
  const [one, both, next] = await Promise.all([
    startCoturn(t, { secrets: [older], extra: [noLinkLocal] }),
    startCoturn(t, { secrets: [older, newer], extra: [noLinkLocal] }),
    startCoturn(t, { secrets: [newer], extra: [noLinkLocal] }),
  ])
  const secrets = [newer, older]
  const check = (...urls: string[]) => checkServers(settings(urls, secrets))
  t.match(await check(both.urls.udp, both.urls.tcp), { secret: 0, reports: [{ ok: true, warnings: undefined }] })
  t.match(await check(one.urls.udp, both.urls.udp), {
    secret: 1,
    reports: [
      { ok: true, warnings: ['later-secret'] },
      { ok: true, warnings: undefined },
    ],
  })
  t.match(await check(next.urls.udp, both.urls.udp), { secret: 0, reports: [{ ok: true }, { ok: true }] })
  const torn = await check(next.urls.udp, one.urls.udp, one.urls.tcp)
  t.match(torn, { secret: 1, reports: [{ fault: 'wrong-secret' }, { ok: true }, { ok: true }] })
  t.match(torn.reports[0]?.sentence, 'another one of ours')
  const { secret } = await checkServers(settings([one.urls.udp], [foreignSecret, newer]))
  t.equal(secret, undefined)
})

t.test('without a secret nothing is tried at TURN servers', async (t) => {
  t.strictSame(await checkServers(settings(['turn:127.0.0.1:1'], [])), { reports: [], secret: undefined })
})
