import t from 'tap'
import { TurnWatch } from '../../../plugins/ice-servers/turn-watch.js'

t.test('a check that fails by itself is logged, and is no end of the checks', async (t) => {
  const errors: object[] = []
  let rounds = 0
  const watch = new TurnWatch({
    check: async () => {
      rounds += 1
      if (rounds === 1) throw new Error('no fault of a server')
      return [{ url: 'turn:127.0.0.1', ok: true, ms: 1, sentence: 'ok in 1 ms' }]
    },
    intervalMs: 1,
    log: { info: () => {}, warn: () => {}, error: (fields) => errors.push(fields) },
  })
  t.teardown(() => watch.stop())
  watch.start()
  watch.start()
  while (watch.health === 'unknown') await new Promise((resolve) => setTimeout(resolve, 1))
  t.match(errors, [{ err: { message: 'no fault of a server' } }])
  t.equal(watch.health, 'ok')
  watch.stop()
  const before = rounds
  watch.start()
  await new Promise((resolve) => setTimeout(resolve, 20))
  t.equal(rounds, before, 'once stopped it does not begin again')
})
