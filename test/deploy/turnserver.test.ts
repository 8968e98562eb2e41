import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { parseIceUrl } from '../../plugins/ice-servers/ice-url.js'
import { addressFamily } from '../../plugins/ice-servers/stun-address.js'
import { converse } from '../../plugins/ice-servers/stun-link.js'
import { attributeTypes, type StunAttribute } from '../../plugins/ice-servers/stun-message.js'
import { checkServers } from '../../plugins/ice-servers/turn-check.js'
import { mintCredential } from '../../plugins/ice-servers/turn-credentials.js'
import { type Allocation, allocate } from '../../plugins/ice-servers/turn-exchange.js'
import { defaultsOf, IceConfig } from '../../schemas/index.js'
import { type Coturn, startCoturn, turnSecret } from '../coturn.js'

const file = fileURLToPath(new URL('../../../deploy/coturn/turnserver.conf', import.meta.url))

/** The file as it is, but for what the command line of the tests says: secret, realm, ports, addresses, certificate. */
const start = (t: Test, extra: readonly string[] = []): Promise<Coturn> => startCoturn(t, { file, extra })

function withAllocation<T>(
  { urls }: Coturn,
  talk: (allocation: Allocation) => Promise<T>,
  { user = 'ada', more = [] }: { readonly user?: string; readonly more?: StunAttribute[] } = {},
): Promise<T> {
  const target = parseIceUrl(urls.tcp)
  if (target === undefined) throw new Error(urls.tcp)
  const credential = mintCredential(turnSecret, user, Date.now() + 60_000)
  return converse(target, async (link) => talk(await allocate(link, credential, more)), { timeoutMs: 20_000 })
}

t.test('it gives allocations over each transport, and there is nothing to warn of', async (t) => {
  const { urls, certificates, log } = await start(t)
  const { reports } = await checkServers(
    { ...defaultsOf(IceConfig), turnUrls: Object.values(urls), turnSecrets: [turnSecret] },
    { authority: certificates.authority },
  )
  for (const { ok, sentence } of reports) t.match({ ok, sentence }, { ok: true, sentence: /^ok in \d+ ms$/ })
  t.notMatch(log(), /bad configuration|unknown|unrecognized|CONFIG (ERROR|WARNING)/i)
})

t.test('what no test can try out here is set', async (t) => {
  const settings = new Map(
    Array.from(readFileSync(file, 'utf8').matchAll(/^([a-z][\w-]*)(?:=(\S+))?/gm), ([, name, value]) => [name, value]),
  )
  for (const name of ['no-multicast-peers', 'no-tcp-relay', 'no-cli', 'use-auth-secret', 'fingerprint'])
    t.ok(settings.has(name), name)
  const ports = Number(settings.get('max-port')) - Number(settings.get('min-port'))
  t.ok(
    Number(settings.get('total-quota')) > 0 && Number(settings.get('total-quota')) <= ports,
    'no more than there are ports',
  )
  t.ok(Number(settings.get('max-bps')) > 0)
})

t.test('as it comes, without a secret, it lets nobody in', async (t) => {
  const { urls } = await startCoturn(t, { file, secrets: [] })
  for (const turnSecrets of [[turnSecret], [''], ['north']]) {
    const { reports } = await checkServers({ ...defaultsOf(IceConfig), turnUrls: [urls.udp], turnSecrets })
    t.match(reports, [{ ok: false, fault: 'wrong-secret' }])
  }
})

t.test('it relays to the Internet, and to nothing else', async (t) => {
  const coturn = await start(t, ['--relay-ip=::1'])
  const inIPv6 = { type: attributeTypes.requestedAddressFamily, value: addressFamily('IPv6') }
  for (const [more, denied, granted] of [
    [
      [],
      [
        ...[
          '0.0.0.0',
          '0.1.2.3',
          '10.0.0.1',
          '10.255.255.255',
          '100.64.0.1',
          '100.127.255.255',
          '127.0.0.1',
          '127.1.2.3',
        ],
        ...['169.254.0.1', '169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.8', '192.0.2.1', '192.88.99.1'],
        ...['192.168.0.1', '192.168.255.255', '198.18.0.1', '198.19.255.255', '198.51.100.1', '203.0.113.1'],
        ...['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
      ],
      [
        '1.1.1.1',
        '9.9.9.9',
        '11.0.0.1',
        '100.63.255.255',
        '100.128.0.1',
        '172.15.255.255',
        '172.32.0.1',
        '223.255.255.1',
      ],
    ],
    [
      [inIPv6],
      [
        ...[
          '::',
          '::1',
          '::ffff:10.0.0.1',
          '::ffff:127.0.0.1',
          '::ffff:169.254.169.254',
          '::ffff:9.9.9.9',
          '::10.0.0.1',
        ],
        ...[
          '64:ff9b::a00:1',
          '64:ff9b:1::a00:1',
          '100::1',
          'fc00::1',
          'fd00:ec2::254',
          'fe80::1',
          'fec0::1',
          'ff02::1',
        ],
        ...['2001::1', '2001:2::1', '2001:20::1', '2001:db8::1', '2002:a00:1::', '3fff::1', '5f00::1', 'ffff::1'],
      ],
      ['2606:4700:4700::1111', '2a00:1450:4001::1', '2001:4860:4860::8888', '2003::1'],
    ],
  ] as const) {
    await withAllocation(
      coturn,
      async (allocation) => {
        for (const address of denied)
          await t.rejects(allocation.permit(address), { message: /403/ }, `${address} is denied`)
        for (const address of granted) await t.resolves(allocation.permit(address), `${address} is granted`)
      },
      { more: [...more] },
    )
  }
})

t.test('one member gets 50 allocations, and no more', async (t) => {
  const coturn = await start(t)
  const held = async (n: number): Promise<void> => {
    if (n > 0) return withAllocation(coturn, () => held(n - 1))
    await t.rejects(
      withAllocation(coturn, async () => {}),
      { message: /486/ },
    )
    await t.resolves(withAllocation(coturn, async () => {}, { user: 'bo' }))
  }
  await held(50)
})

t.test('each line has a reason above it', async (t) => {
  const paragraphs = readFileSync(file, 'utf8').trim().split(/\n\n+/)
  const isComment = (line: string): boolean => /^#+ /.test(line)
  for (const paragraph of paragraphs) t.ok(isComment(paragraph.split('\n')[0] ?? ''), paragraph)
  const options = paragraphs.flatMap((paragraph) => paragraph.split('\n').filter((line) => !isComment(line)))
  t.ok(options.length > 40)
  // One that is not known is passed over by coturn, or taken for the value of the one before.
  for (const option of options) t.match(option, /^#?[a-z][a-z0-9_-]+(=\S*)?$/)
})
