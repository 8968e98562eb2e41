import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import t from 'tap'
import { mintCredential, opaqueUser } from '../../../plugins/ice-servers/turn-credentials.js'

t.test('a password is what others make of the same secret', async (t) => {
  const secret = 'north'
  const { username, credential } = mintCredential(secret, 'ada', 1_700_000_600_999)
  t.equal(username, '1700000600:ada')
  const other = execFileSync('openssl', ['dgst', '-sha1', '-hmac', secret, '-binary'], { input: username })
  t.equal(credential, other.toString('base64'))
})

t.test('the user tells nobody who it is, and is the same for the same subject', async (t) => {
  const key = randomBytes(32)
  const ada = opaqueUser(key, 'ada@example.org')
  t.equal(opaqueUser(key, 'ada@example.org'), ada)
  t.not(opaqueUser(key, 'bo@example.org'), ada)
  t.not(opaqueUser(randomBytes(32), 'ada@example.org'), ada)
  t.not(opaqueUser(key), opaqueUser(key))
  for (const user of [ada, opaqueUser(key)]) t.match(user, /^[\w-]{20}$/)
})
