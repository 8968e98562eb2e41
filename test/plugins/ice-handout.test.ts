import t from 'tap'
import { type IceGiver, IceHandout } from '../../plugins/signaling/ice-handout.js'
import type { IceServers } from '../../schemas/index.js'

const member = { roomId: 'r' }

/** Gives another password each time, good for so long. */
class Numbered implements IceGiver {
  readonly #ttlMs: number
  count = 0

  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs
  }

  for(_member?: unknown, _former?: IceServers): IceServers | Promise<IceServers> {
    this.count += 1
    const password = { username: `user ${this.count}`, credential: 'secret' }
    return { iceServers: [{ urls: ['turn:turn.example.org'], ...password }], ttlMs: this.#ttlMs }
  }
}

const userOf = (given: IceServers | undefined): string | undefined => given?.iceServers[0]?.username

for (const ttlMs of [10_000, 12_000, 600_000]) {
  t.test(`passwords for ${ttlMs} ms are replaced before they run out, once each time`, async (t) => {
    const giver = new Numbered(ttlMs)
    let nowMs = 0
    const handout = new IceHandout(giver, () => nowMs)
    t.equal(userOf(await handout.prepare(member)), 'user 1')
    let [last, atMs, told] = ['user 1', 0, 0]
    for (; nowMs < 5 * ttlMs; nowMs += 250) {
      if (!handout.isDue) continue
      const user = userOf(await handout.renew())
      told += 1
      t.not(user, last, `after ${nowMs - atMs} ms`)
      t.ok(nowMs - atMs < ttlMs)
      t.notOk(handout.isDue)
      last = user ?? ''
      atMs = nowMs
    }
    t.ok(told >= 5 && told <= 7, `${told} times`)
  })
}

t.test('who asks again soon gets the same; another room, or another member, gets others', async (t) => {
  let nowMs = 0
  const handout = new IceHandout(new Numbered(600_000), () => nowMs)
  await handout.prepare(member)
  nowMs = 9999
  t.equal(userOf(await handout.renew()), 'user 1')
  t.equal(userOf(await handout.prepare(member)), 'user 1')
  t.equal(userOf(handout.now()), 'user 1')
  nowMs = 10_000
  t.equal(userOf(await handout.renew()), 'user 2')
  t.equal(userOf(await handout.prepare({ ...member, subject: 'ada' })), 'user 3')
  t.equal(userOf(await handout.prepare({ roomId: 's', subject: 'ada' })), 'user 4')
  t.equal(userOf(await handout.prepare({ roomId: 's', subject: 'ada', role: 'host' })), 'user 5')
})

t.test('who has waited for long gets fresh ones at once, or as soon as they are there', async (t) => {
  let nowMs = 0
  const giver = new Numbered(60_000)
  const handout = new IceHandout(giver, () => nowMs)
  t.equal(handout.now(), undefined, 'nobody has asked yet')
  await handout.prepare(member)
  nowMs = 300_000
  t.equal(userOf(handout.now()), 'user 2')

  const inner = giver.for.bind(giver)
  giver.for = async () => inner()
  nowMs = 600_000
  t.equal(userOf(handout.now()), 'user 2', 'the application has to be asked')
  await Promise.resolve()
  await Promise.resolve()
  t.ok(handout.isDue)
  t.equal(userOf(await handout.renew()), 'user 3')
  t.notOk(handout.isDue)
})

t.test('where there are no others to be had, those that there are stay, and it is tried again', async (t) => {
  let nowMs = 0
  const giver = new Numbered(60_000)
  const handout = new IceHandout(giver, () => nowMs)
  await handout.prepare(member)
  const inner = giver.for.bind(giver)
  giver.for = async (_member?: unknown, former?: IceServers) => former ?? inner()
  nowMs = 45_000
  t.ok(handout.isDue)
  t.equal(userOf(await handout.renew()), 'user 1')
  t.notOk(handout.isDue, 'not at once')
  nowMs = 55_000
  t.ok(handout.isDue)
  giver.for = inner
  t.equal(userOf(await handout.renew()), 'user 2')
})

t.test('what does not run out is not replaced', async (t) => {
  let nowMs = 0
  const handout = new IceHandout({ for: () => ({ iceServers: [{ urls: ['stun:a'] }] }) }, () => nowMs)
  await handout.prepare(member)
  nowMs = 1e9
  t.notOk(handout.isDue)
})
