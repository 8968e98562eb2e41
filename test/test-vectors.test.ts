import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import t from 'tap'
import { mintCredential } from '../plugins/ice-servers/turn-credentials.js'
import { ResumeKeys } from '../plugins/signaling/resume-keys.js'
import { ResumeProof } from '../public/sdk/resume-proof.js'

const Vectors = Type.Object(
  {
    resume: Type.Array(
      Type.Object(
        {
          purpose: Type.Union([Type.Literal('resume'), Type.Literal('replace'), Type.Literal('leave')]),
          key: Type.String(),
          roomId: Type.String(),
          peerId: Type.String(),
          attempt: Type.Integer(),
          seq: Type.Optional(Type.String()),
          message: Type.String(),
          mac: Type.String(),
        },
        { additionalProperties: false },
      ),
    ),
    turn: Type.Array(
      Type.Object(
        {
          secret: Type.String(),
          user: Type.String(),
          expiresAt: Type.Integer(),
          username: Type.String(),
          credential: Type.String(),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)

// By the name of the package, as whoever checks a client with them gets at them.
const file = createRequire(import.meta.url).resolve('signalbox/test-vectors.json')
const vectors: Static<typeof Vectors> = Value.Decode(Vectors, JSON.parse(readFileSync(file, 'utf8')))
// What the keys in the file were derived from, as the service does it.
const keys = new ResumeKeys({ keySecrets: [Buffer.alloc(32, 7)], mayLackSecrets: false })

t.test('a MAC is what the documentation says, what the SDK makes, and what the service takes', async (t) => {
  t.strictSame([...new Set(vectors.resume.map(({ purpose }) => purpose))], ['resume', 'replace', 'leave'])
  for (const { purpose, key, roomId, peerId, attempt, seq, message, mac } of vectors.resume) {
    const more = [attempt, ...(seq === undefined ? [] : [seq])]
    t.equal(message, [purpose, roomId, peerId, ...more].join('\n'))
    t.equal(createHmac('sha256', key).update(message).digest('base64url'), mac)
    t.equal(await new ResumeProof(key, roomId, peerId).mac(purpose, ...more), mac)
    t.equal(keys.keyOf(roomId, peerId), key)
    t.ok(keys.isGenuine(purpose, roomId, peerId, more, mac))
    t.notOk(keys.isGenuine(purpose, roomId, peerId, [attempt + 1, ...more.slice(1)], mac))
  }
})

t.test('a password for TURN is what the documentation says, and what the service makes', async (t) => {
  t.ok(vectors.turn.length > 1)
  for (const { secret, user, expiresAt, username, credential } of vectors.turn) {
    t.equal(username, `${expiresAt}:${user}`)
    t.equal(createHmac('sha1', secret).update(username).digest('base64'), credential)
    t.strictSame(mintCredential(secret, user, expiresAt * 1000 + 999), { username, credential })
  }
})

t.test('the documentation shows one of each as it is in the file', async (t) => {
  const read = (name: string) => readFileSync(fileURLToPath(new URL(`../../docs/${name}`, import.meta.url)), 'utf8')
  const [mac] = vectors.resume
  for (const text of [mac?.key, mac?.mac, JSON.stringify(mac?.message)]) t.match(read('protocol.md'), String(text))
  const [turn] = vectors.turn
  for (const text of [turn?.secret, turn?.username, turn?.credential]) t.match(read('turn.md'), `\`${text}\``)
})
