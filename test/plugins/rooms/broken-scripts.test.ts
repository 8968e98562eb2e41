import t from 'tap'
import { roomScript } from '../../../plugins/rooms/redis/script.js'
import { redisStoresOfTwoNodes } from '../../contract/redis-store.js'
import { resumeHistories } from '../../contract/resume-histories.js'
import { startRedis } from '../../redis-server.js'

/** What is seen of an entry that did not come: by the chain itself, or by what is known at rest. */
const loss =
  /after [\d.-]+, not|parcel \d+ of|of \d+ came|a member is missing|stranger|exactly one initiator|to be away|^called |^an older|without its place/

/** What is changed in the script, and by what that must be found. */
const breakages: readonly (readonly [what: string, code: string, instead: string, by: RegExp])[] = [
  [
    'the capacity is off by one',
    '- given >= capacity',
    '- given > capacity',
    /^4 seats of 3$|^more members than places$/,
  ],
  [
    'nobody ever expires',
    '    if one.it.endAt <= now then\n      -- A node',
    '    if false then\n      -- A node',
    /, after the window$|^4 seats|^something is left$/,
  ],
  [
    'the old node is not told',
    "  notice(seat.node, 'taken', peer, seat.attempt)\n  local wasTold",
    '  local wasTold',
    /^\d seats of 3$|older attempt|of nobody|to be away|, within the window|^something is left$/,
  ],
  [
    'attempts are not compared',
    'if attempt <= seat.attempt then return',
    'if false then return',
    /^an older attempt (was taken|has cost)|^a recorded resume was taken/,
  ],
  [
    'what comes while nobody hears is not kept',
    '  if #to == 0 then return end\n  local id',
    '  if #to == 0 or not to[1].it.isHeard then return end\n  local id',
    loss,
  ],
  [
    'a replay leaves something out',
    "      list[#list + 1] = id .. ' ' .. it[2] .. ' ' .. prev\n      list[#list + 1] = it[4]",
    "      if i % 3 ~= 2 then list[#list + 1] = id .. ' ' .. it[2] .. ' ' .. prev list[#list + 1] = it[4] end",
    loss,
  ],
  [
    'both of a pair are initiators',
    "tellEntry(others, 'peer-joined'",
    "tellEntry(others, 'peer-present'",
    /^not exactly one initiator$/,
  ],
  [
    'nobody is told of another name',
    "tellEntry(seatsWith({ UPDATES }, peer), 'peer-updated'",
    "tellEntry({}, 'peer-updated'",
    /^called (undefined|\d+) and not \d+$/,
  ],
  [
    'nobody is told who is back',
    "if wasTold then tellEntry(seatsWith({ RESUMABLE }, peer), 'peer-back', quoted('peerId', peer)) end",
    '',
    /^somebody who is there is said to be away$/,
  ],
]

const redis = await startRedis(t)

for (const [what, code, instead, by] of breakages) {
  t.test(`a script is found out: ${what}`, async (t) => {
    t.equal(roomScript.split(code).length, 2, `${code} is there to be broken`)
    const makeStore = redisStoresOfTwoNodes(t, redis, roomScript.replace(code, instead))
    await t.rejects(
      resumeHistories((clock) => makeStore(clock), 400),
      { cause: { message: by } },
    )
  })
}
