import t from 'tap'
import { parseIceUrl } from '../../../plugins/ice-servers/ice-url.js'

t.test('URLs are read as RFC 7064 and RFC 7065 have them', async (t) => {
  for (const [url, kind, transport, host, port] of [
    ['stun:turn.example.org', 'stun', 'udp', 'turn.example.org', 3478],
    ['stun:192.0.2.1:19302', 'stun', 'udp', '192.0.2.1', 19_302],
    ['stuns:turn.example.org', 'stun', 'tls', 'turn.example.org', 5349],
    ['turn:turn.example.org', 'turn', 'udp', 'turn.example.org', 3478],
    ['turn:turn.example.org:80?transport=tcp', 'turn', 'tcp', 'turn.example.org', 80],
    ['turn:[2001:db8::1]:3479?transport=udp', 'turn', 'udp', '2001:db8::1', 3479],
    ['turns:turn.example.org', 'turn', 'tls', 'turn.example.org', 5349],
    ['turns:turn.example.org:443?transport=tcp', 'turn', 'tls', 'turn.example.org', 443],
    ['turns:turn.example.org?transport=udp', 'turn', 'dtls', 'turn.example.org', 5349],
    ['TURNS:turn.example.org?transport=TCP', 'turn', 'tls', 'turn.example.org', 5349],
  ] as const)
    t.strictSame(parseIceUrl(url), { url, kind, transport, host, port })
})

t.test('what a browser would refuse is none', async (t) => {
  for (const url of [
    'http://turn.example.org',
    'turn://turn.example.org',
    'turn:turn.example.org:0',
    'turn:turn.example.org:99999',
    'turn:turn.example.org:',
    'turn:turn.example.org:port',
    'turn:2001:db8::1',
    'turn:ada@turn.example.org',
    'turn:turn.example.org?transport=sctp',
    'turn:turn.example.org?ttl=1',
    'stun:turn.example.org?transport=udp',
    'turn:',
  ])
    t.equal(parseIceUrl(url), undefined, url)
})
