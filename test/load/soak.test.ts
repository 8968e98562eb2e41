import t from 'tap'
import { soak } from './soak-run.js'

const members = 500
const joins = 2000
const mostLeftBytes = 2 * 2 ** 20

t.test('hundreds of members sit there, thousands come and go, and nothing of them is left', async (t) => {
  const seed = Date.now() % 2 ** 31
  const report = await soak({ members, joins, isResumable: true, seed, quietMs: 500 })
  const { start, gathered, end, present, churn } = report
  t.comment(`seed ${seed}: ${JSON.stringify(churn)}`)
  t.match(gathered.live, { rooms: members / 2, seats: members, connections: members, sessions: members })
  t.equal(gathered.resources['TCPSocketWrap'], members)
  t.equal(present, members)
  t.ok((churn['joined'] ?? 0) >= joins)
  for (const way of ['left', 'another room', 'cut', 'closed', 'full']) t.ok((churn[way] ?? 0) > 20, way)
  t.notOk(churn['end'], 'nobody was cut')
  t.match(end.live, { rooms: 0, seats: 0, connections: 0, sessions: 0, webSockets: 0, addresses: 0 })
  t.ok(end.live.timers <= start.live.timers, `${end.live.timers} timers`)
  t.ok(end.live.tcpSockets <= start.live.tcpSockets, `${end.live.tcpSockets} sockets of TCP`)
  t.strictSame(end.resources, start.resources)
  const leftBytes = end.memory.held - start.memory.held
  t.ok(leftBytes < mostLeftBytes, `${leftBytes} bytes more are held than at the start`)
})
