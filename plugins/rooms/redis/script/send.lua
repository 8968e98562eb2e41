-- Who asks, and a message: what is done most stands before the rest.

--------------------------------------------------------------------------------------------------------------- who asks

local function compare(a, b)
  local am, ac = string.match(a, '^(%d+)-(%d+)')
  local bm, bc = string.match(b, '^(%d+)-(%d+)')
  am, bm, ac, bc = tonumber(am) or 0, tonumber(bm) or 0, tonumber(ac) or 0, tonumber(bc) or 0
  if am ~= bm then return am - bm end
  return ac - bc
end

-- While nodes bring back what the store has lost, nobody is told who is there: it would not be all.
-- A clock that went back is not to make it last.
local function isMending()
  local mendedAt = room.mendedAt or 0
  return now < mendedAt and mendedAt <= now + RULES.mendMs
end

-- Nobody knows what was said to these: their chains are broken, so that they notice.
local function jolt(but)
  for _, one in ipairs(all('s')) do
    if one.peer ~= but then
      one.it.tail = nextRecord()
      keepSeat(one.peer)
      if one.it.isHeard then notice(one.it.node, 'jolt', one.peer, one.it.attempt) end
    end
  end
end

local function whyGone(peer)
  local grave = read('x' .. peer)
  if not grave then return 'unknown' end
  return 'gone ' .. string.match(grave, '^%d+ (.*)')
end

-- The seat of who asks. One with a higher attempt than the store knows of shows that the store has gone back.
local function mine(peer, attempt)
  local seat = room and seatOf(peer)
  if not seat then return nil, whyGone(peer) end
  if attempt < seat.attempt then return nil, 'gone taken' end
  if attempt > seat.attempt then
    seat.attempt = attempt
    keepSeat(peer)
  end
  return seat
end

local function acknowledged(peer, seat, ack)
  if ack ~= '' and compare(ack, seat.ack) > 0 then
    seat.ack = ack
    keepSeat(peer)
  end
end

-- Operations up to n were done, and the store does not know of them any more.
local function lose(peer, seat, n)
  seat.received = n
  keepSeat(peer)
  jolt(peer)
end

-- Counts operation n. One after a gap shows that the store has lost what it took.
local function count(peer, seat, n)
  if n == 0 then return end
  local isGap = n > seat.received + 1
  seat.received = n
  keepSeat(peer)
  if isGap then jolt(peer) end
end

-- Of an operation with peer, attempt, n, ack: the seat; or none, and what it has come to, if it is not for this one to do, or done.
local function takeUp(done)
  local peer, n = arg(1), tonumber(arg(3))
  local seat, why = mine(peer, tonumber(arg(2)))
  if not seat then return nil, why end
  acknowledged(peer, seat, arg(4))
  if n > 0 and n <= seat.received then return nil, done end
  return seat
end

------------------------------------------------------------------------------------------------------------ and at last

local function finish(outcome, isQuick)
  local set, gone = {}, {}
  for field in pairs(changed) do
    local it = unpacked[field]
    local text = fields[field]
    if it then text = cmsgpack.pack(it) end
    if text then
      set[#set + 1] = field
      set[#set + 1] = text
    else
      gone[#gone + 1] = field
    end
  end
  -- Not more at once than the stack of Lua holds.
  for i = 1, #gone, 1000 do redis.call('HDEL', R, unpack(gone, i, math.min(i + 999, #gone))) end
  for i = 1, #set, 1000 do redis.call('HSET', R, unpack(set, i, math.min(i + 999, #set))) end
  if not isQuick and (room or wasThere or #set > 0) then
    redis.call('PEXPIRE', R, RULES.keyMs)
    redis.call('PEXPIRE', Q, RULES.keyMs)
  end

  local dueInMs = room and room.due < math.huge and math.max(grace, room.due - now) or -1
  local reply = { outcome, now, dueInMs, room and room.door or '', out }
  for i = 1, #news do reply[#reply + 1] = news[i] end
  return reply
end

---------------------------------------------------------------------------------------------------------------- sending

-- Of two; empty where there is none. Who it was last time it still is, if that one is there.
local function otherOf(peer, seat)
  if room.seats == 2 and seat.other and seatOf(seat.other) then return seat.other end
  for _, one in ipairs(all('s')) do
    if one.peer ~= peer then
      seat.other = one.peer
      return one.peer
    end
  end
  return ''
end

-- peer, attempt, n, ack, to, frame
local function send()
  local peer, n, to = arg(1), tonumber(arg(3)), arg(5)
  local seat, outcome = takeUp('sent')
  if not seat then return outcome end
  if to == '' then
    if room.seats > 2 then return 'to-required' end
    to = otherOf(peer, seat)
    if to == '' and isMending() then return 'mending' end
  end
  if to ~= '' then
    local addressee = to ~= peer and seatOf(to)
    if not addressee then return isMending() and to ~= peer and not read('x' .. to) and 'mending' or 'peer-not-found' end
    count(peer, seat, n)
    tell({ { peer = to, it = addressee } }, 'm', arg(6))
  else
    count(peer, seat, n)
  end
  return 'sent'
end

local isLapsing = room and grace == 0 and now >= room.due

-- What is done most is done before the rest of this is even there: to make its functions each time would cost as much again.
if op == 'send' and not isLapsing then return finish(send(), true) end
