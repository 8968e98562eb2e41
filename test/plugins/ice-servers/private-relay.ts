import { execFileSync } from 'node:child_process'
import t from 'tap'
import { checkServers } from '../../../plugins/ice-servers/turn-check.js'
import { defaultsOf, IceConfig } from '../../../schemas/index.js'
import { startCoturn, turnSecret } from '../../coturn.js'

/** For documentation: nobody's on the Internet, and none of those that mean something inside alone. */
const address = '198.51.100.7'

t.test('a private relay behind a public address works and is warned of; by external-ip it is public', async (t) => {
  if (process.env['SIGNALBOX_TEST_NETWORK'] !== 'own') throw new Error('this network is not ours')
  execFileSync('ip', ['addr', 'add', `${address}/32`, 'dev', 'lo'])
  const options = [`--listening-ip=${address}`, '--denied-peer-ip=169.254.0.0-169.254.255.255']
  for (const [extra, relayedAddress, warnings] of [
    [[], '127.0.0.1', ['private-relay']],
    [[`--external-ip=${address}/127.0.0.1`], address, undefined],
  ] as const) {
    const { port } = await startCoturn(t, { extra: [...options, ...extra] })
    const turnUrls = ['udp', 'tcp'].map((transport) => `turn:${address}:${port}?transport=${transport}`)
    const { reports } = await checkServers({ ...defaultsOf(IceConfig), turnUrls, turnSecrets: [turnSecret] })
    for (const report of reports) t.match(report, { ok: true, relayedAddress, warnings })
    t.equal(reports.length, 2)
  }
})

t.test('an address that no way leads to is found at once', async (t) => {
  for (const query of ['', '?transport=tcp']) {
    const turnUrls = [`turn:[2001:db8::1]${query}`]
    const since = performance.now()
    const { reports } = await checkServers({ ...defaultsOf(IceConfig), turnUrls, turnSecrets: [turnSecret] })
    t.match(reports, [{ fault: 'unreachable', sentence: /^it does not answer \(ENETUNREACH\)/ }])
    t.ok(performance.now() - since < 1000)
  }
})
