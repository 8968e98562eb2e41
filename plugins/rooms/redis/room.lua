-- One operation on one room, done as a whole: who is in it, the order of what each is told, and what became of it in time.
--
-- KEYS[1]  the room, a hash:
--            r        {at, count, due, seats, capacity, door, bytes, order, lost}: see `room` below
--            s<peer>  its seat, m<peer> the member as a JSON text, i<peer> what it is known by
--            k<peer>  who knocks, p<peer> a place that is kept, l<peer> who has lost its seat
--            x<peer>  why a seat or a knock has ended: nothing may bring it back
--            b        {subjects, tokens} that are kept out
-- KEYS[2]  its log, a stream: k(ind), b(ody), p: for whom, each with the record before: `peer record peer record …`
-- ARGV     operation, caller's node, grace in ms, a random number, when it was sent, then what the operation needs. Nothing runs
--          out during a grace: there is one when the store was away, or is asked late, as others could not say that they are there
-- What is written as a field of RULES is put in by `script.ts`, with times in ms: there is no such table.
--
-- Returns  outcome, the time here, ms until something is due or -1, door or nothing for no room, what the operation has to say, then
--          the news for members on the caller's node. News for others is published, one text for each node, in the same form:
--          `record kind peer:attempt:before …`, the room's key, the body, a line each; or `! what peer:attempt` and the key.
--
-- Whatever is compared is compared on this machine's clock. A record is named `ms-count`; the count begins anywhere, so that
-- no two stores that both take themselves for the same one give one name to two records.

local R, Q = KEYS[1], KEYS[2]
local op, NODE, grace, dice, sentAt = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local args = #ARGV - 5
local function arg(i) return ARGV[5 + i] end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if sentAt > 0 and now - sentAt > RULES.lateMs then grace = math.max(grace, RULES.spareMs) end

local RESUMABLE, HOST, UPDATES = 1, 2, 4
local news, out = {}, {}

---------------------------------------------------------------------------------------------------------------- fields

local fields, isWhole, changed = {}, false, {}

local function read(field)
  if fields[field] == nil and not isWhole then fields[field] = redis.call('HGET', R, field) end
  return fields[field] or nil
end

local function readAll()
  if isWhole then return end
  local all = redis.call('HGETALL', R)
  for i = 1, #all, 2 do
    if fields[all[i]] == nil then fields[all[i]] = all[i + 1] end
  end
  isWhole = true
end

-- Lists of all of one kind, until one of that kind comes or goes.
local lists = {}

local function write(field, value)
  fields[field] = value
  changed[field] = true
  lists[string.sub(field, 1, 1)] = nil
end

-- What is packed is unpacked once.
local unpacked = {}
local function load(field)
  if unpacked[field] == nil then
    local text = read(field)
    unpacked[field] = text and cmsgpack.unpack(text) or false
  end
  return unpacked[field] or nil
end

local function save(field, value)
  unpacked[field] = value
  write(field, value and cmsgpack.pack(value) or false)
end

-- What a message needs, in one go.
if op == 'send' then
  local names = { 'r', 's' .. arg(1), 's' .. arg(5) }
  if arg(5) == '' then names[3] = nil end
  local texts = redis.call('HMGET', R, unpack(names))
  for i = 1, #names do fields[names[i]] = texts[i] end
end

local room = load('r')
local wasThere = room ~= nil

local function touchRoom() changed['r'] = true end

local function make(door)
  room = { at = 0, count = 0, due = 0, seats = 0, capacity = 0, door = door, bytes = 0, order = 0, lost = 0 }
  unpacked['r'] = room
  touchRoom()
end

-- A seat: {node, attempt, received, tail, ack, awayAt, endAt, flags, order, isTold, isHeard, other}
local function seatOf(peer) return load('s' .. peer) end
local function has(seat, flag) return math.floor(seat.flags / flag) % 2 == 1 end
local function keepSeat(peer) changed['s' .. peer] = true end

-- All of one kind, by name; seats and who knocks in the order of coming.
local function all(prefix)
  readAll()
  if lists[prefix] then return lists[prefix] end
  local list = {}
  for field, text in pairs(fields) do
    if text and string.sub(field, 1, 1) == prefix then
      list[#list + 1] = { peer = string.sub(field, 2), it = load(field) }
    end
  end
  table.sort(list, function(a, b)
    local x, y = a.it.order or 0, b.it.order or 0
    if x == y then return a.peer < b.peer end
    return x < y
  end)
  lists[prefix] = list
  return list
end

local function nextOrder()
  room.order = math.max(room.order + 1, now * 1024)
  touchRoom()
  return room.order
end

-------------------------------------------------------------------------------------------------------------- the log

local function whole(number) return string.format('%.0f', number) end

local function nextRecord()
  if now > room.at then
    room.at, room.count = now, dice
  else
    room.count = room.count + 1
  end
  touchRoom()
  return whole(room.at) .. '-' .. whole(room.count)
end

local function notice(node, what, peer, attempt)
  local text = '! ' .. what .. ' ' .. peer .. ':' .. whole(attempt) .. '\n' .. R .. '\n'
  if node == NODE then news[#news + 1] = text
  else redis.call('PUBLISH', RULES.channel .. node, text) end
end

-- Half of what the log may hold goes when it holds too much. What is lost with it is noticed by whoever needs it.
local function shorten()
  if room.bytes <= RULES.logBytes then return end
  local kept, from = 0, '+'
  while true do
    local records = redis.call('XREVRANGE', Q, from, '-', 'COUNT', 64)
    if #records == 0 then break end
    for i = 1, #records do
      kept = kept + #records[i][2][4] + #records[i][2][6] + 64
      if kept > RULES.logBytes / 2 then
        redis.call('XTRIM', Q, 'MINID', records[i][1])
        room.bytes = kept
        return
      end
      from = '(' .. records[i][1]
    end
  end
  room.bytes = kept
end

-- `to`: a list of {peer, it}
local function tell(to, kind, body)
  if #to == 0 then return end
  local id = nextRecord()
  local chain, byNode = {}, {}
  for i = 1, #to do
    local peer, seat = to[i].peer, to[i].it
    chain[#chain + 1] = peer .. ' ' .. seat.tail
    if seat.isHeard then
      byNode[seat.node] = (byNode[seat.node] or '') .. ' ' .. peer .. ':' .. whole(seat.attempt) .. ':' .. seat.tail
    end
    seat.tail = id
    keepSeat(peer)
  end
  chain = table.concat(chain, ' ')
  redis.call('XADD', Q, 'MAXLEN', '~', RULES.logRecords, id, 'k', kind, 'b', body, 'p', chain)
  room.bytes = room.bytes + #body + #chain + 64
  shorten()
  for node, heads in pairs(byNode) do
    local text = id .. ' ' .. kind .. heads .. '\n' .. R .. '\n' .. body
    if node == NODE then news[#news + 1] = text
    else redis.call('PUBLISH', RULES.channel .. node, text) end
  end
end

local function seatsWith(flags, but)
  local list = {}
  for _, one in ipairs(all('s')) do
    local isMeant = one.peer ~= but
    for _, flag in ipairs(flags) do isMeant = isMeant and has(one.it, flag) end
    if isMeant then list[#list + 1] = one end
  end
  return list
end

local function entry(kind, rest) return '{"kind":"' .. kind .. '"' .. rest .. '}' end
local function quoted(name, value) return ',"' .. name .. '":"' .. value .. '"' end
local function tellEntry(to, kind, rest) tell(to, 'e', '[' .. entry(kind, rest) .. ']') end

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

---------------------------------------------------------------------------------------------------------- who is kept out

local function isSamePerson(a, b) return a.subject ~= '' and a.subject == b.subject end
local function isSameOwner(a, b) return isSamePerson(a, b) or (a.token ~= '' and a.token == b.token) end

local function isKeptOut(identity)
  local b = load('b')
  return b ~= nil and (b.subjects[identity.subject] or b.tokens[identity.token]) or false
end

local function keepOut(identity)
  local b = load('b') or { subjects = {}, tokens = {} }
  if identity.subject ~= '' then b.subjects[identity.subject] = true end
  if identity.token ~= '' then b.tokens[identity.token] = true end
  save('b', b)
end

------------------------------------------------------------------------------------------------------- coming and going

local maxGraves = 128
local function graves()
  readAll()
  local list = {}
  for field, text in pairs(fields) do
    if text and string.sub(field, 1, 1) == 'x' then list[#list + 1] = { field = field, untilMs = tonumber(string.match(text, '^%d+')) } end
  end
  table.sort(list, function(a, b) return a.untilMs < b.untilMs end)
  return list
end

-- Only so many, the last of them: whoever comes and goes all the time is not to fill the store.
local function bury(peer, why)
  local old = graves()
  for i = 1, #old do
    if #old - i < maxGraves - 1 and old[i].untilMs > now then break end
    write(old[i].field, false)
  end
  write('x' .. peer, whole(now + RULES.graveMs) .. ' ' .. why)
end

local maxLost = 64
local function remember(peer, identity)
  room.lost = room.lost + 1
  save('l' .. peer, { order = room.lost, identity = identity })
  local lost = all('l')
  if #lost > maxLost then save('l' .. lost[1].peer, false) end
end

-- `grave`: what whoever asks for the seat later is told; none for one that may yet come back by itself.
local function drop(peer, reason, grave)
  local identity = load('i' .. peer)
  readAll()
  save('s' .. peer, false)
  write('m' .. peer, false)
  save('i' .. peer, false)
  room.seats = room.seats - 1
  touchRoom()
  if grave then bury(peer, grave) end
  if reason == 'disconnected' or reason == 'expired' then remember(peer, identity) end
  return entry('peer-left', quoted('peerId', peer) .. quoted('reason', reason))
end

local function remove(peer, reason, grave)
  tell(all('s'), 'e', '[' .. drop(peer, reason, grave) .. ']')
end

local function takeAway(peer, reason)
  local seat = seatOf(peer)
  local what = reason == 'kicked' and 'kicked' or 'taken'
  remove(peer, reason, what)
  notice(seat.node, what, peer, seat.attempt)
end

local function hosts() return seatsWith({ UPDATES, HOST }) end

local function tellKnockEnded(peer, reason)
  tellEntry(hosts(), 'knock-ended', quoted('peerId', peer) .. quoted('reason', reason))
end

local function turnAway(peer, why)
  local knocker = load('k' .. peer)
  if not knocker then return false end
  save('k' .. peer, false)
  bury(peer, why)
  notice(knocker.node, 'knock', peer, 0)
  tellKnockEnded(peer, 'refused')
  return true
end

local function replacedBy(asked)
  if asked.replaces == '' then return nil end
  local seat = seatOf(asked.replaces)
  if seat and has(seat, RESUMABLE) and asked.attempt > seat.attempt then return seat end
end

local function placeOf(asked)
  if asked.replaces == '' then return nil end
  local place = load('p' .. asked.replaces)
  if place and asked.attempt > place.attempt then return place end
end

-- How the others are that a newcomer finds, or one that has lost track, as entries.
local function presentEntries(list, isResumable)
  local entries = {}
  for _, one in ipairs(list) do
    entries[#entries + 1] = entry('peer-present', ',"peer":' .. read('m' .. one.peer))
    if one.it.isTold and isResumable then entries[#entries + 1] = entry('peer-away', quoted('peerId', one.peer)) end
  end
  return entries
end

local function addKnocks(entries, seat)
  if not (has(seat, UPDATES) and has(seat, HOST)) then return end
  for _, one in ipairs(all('k')) do entries[#entries + 1] = entry('knock', ',"peer":' .. one.it.member) end
end

local function holdMs(seat) return has(seat, RESUMABLE) and RULES.holdMs or RULES.leaseMs end

-- Its node is there, and so is it.
local function renew(seat)
  seat.awayAt = has(seat, RESUMABLE) and now + RULES.leaseMs or 0
  seat.endAt = now + holdMs(seat)
end

local function sit(peer, asked)
  local replaced = replacedBy(asked)
  local doubles = {}
  if asked.onDuplicate ~= 'allow' then
    for _, one in ipairs(all('s')) do
      if one.it ~= replaced and isSamePerson(load('i' .. one.peer), asked.identity) then doubles[#doubles + 1] = one.peer end
    end
  end
  if #doubles > 0 and asked.onDuplicate == 'reject' then return 'duplicate' end
  local place = placeOf(asked)
  local capacity = room.capacity > 0 and room.capacity or asked.capacity
  local given = #doubles + (replaced and 1 or 0) + (place and 1 or 0)
  if room.seats + #all('p') - given >= capacity then return 'full' end
  room.capacity = capacity
  if place then save('p' .. asked.replaces, false) end
  if replaced then doubles[#doubles + 1] = asked.replaces end
  for _, double in ipairs(doubles) do takeAway(double, 'replaced') end

  local others = all('s')
  local seat = { node = asked.node, attempt = 0, received = 0, flags = asked.flags, order = nextOrder(), isHeard = true }
  renew(seat)
  seat.tail = nextRecord()
  seat.ack = seat.tail
  tellEntry(others, 'peer-joined', ',"peer":' .. asked.member)
  save('s' .. peer, seat)
  write('m' .. peer, asked.member)
  save('i' .. peer, asked.identity)
  room.seats = room.seats + 1
  touchRoom()
  local entries = presentEntries(others, has(seat, RESUMABLE))
  addKnocks(entries, seat)
  if #entries > 0 then tell({ { peer = peer, it = seat } }, 'e', '[' .. table.concat(entries, ',') .. ']') end
  return 'seated'
end

local function knock(peer, asked)
  local knockers = all('k')
  if room.door == 'locked' or #knockers >= RULES.maxKnocks then return 'locked' end
  asked.order = nextOrder()
  asked.endAt = now + RULES.leaseMs
  save('k' .. peer, asked)
  for _, one in ipairs(knockers) do
    if isSamePerson(one.it.identity, asked.identity) then turnAway(one.peer, 'duplicate') end
  end
  tellEntry(hosts(), 'knock', ',"peer":' .. asked.member)
  return 'knocking'
end

local function admit(peer)
  local knocker = load('k' .. peer)
  if not knocker then return 'peer-not-found' end
  save('k' .. peer, false)
  local outcome = sit(peer, knocker)
  if outcome == 'full' then
    save('k' .. peer, knocker)
    return 'room-full'
  end
  if outcome == 'duplicate' then bury(peer, 'duplicate') end
  notice(knocker.node, 'knock', peer, 0)
  tellKnockEnded(peer, outcome == 'seated' and 'admitted' or 'refused')
  return 'done'
end

local function setDoor(door)
  if door == room.door then return end
  room.door = door
  touchRoom()
  tellEntry(seatsWith({ UPDATES }), 'door', quoted('door', door))
  if door == 'knock' then return end
  for _, one in ipairs(all('k')) do
    if door == 'locked' then turnAway(one.peer, 'locked')
    elseif admit(one.peer) == 'room-full' then turnAway(one.peer, 'full') end
  end
end

local function kick(host, peer)
  local seat, place, knocker, lost = seatOf(peer), load('p' .. peer), load('k' .. peer), load('l' .. peer)
  local identity = (seat and load('i' .. peer)) or (place and place.identity) or (knocker and knocker.identity)
    or (lost and lost.identity)
  if not identity or peer == host then return 'peer-not-found' end
  turnAway(peer, 'kicked')
  if lost then
    save('l' .. peer, false)
    -- Its node may only not have been heard of, and is not to bring it back.
    bury(peer, 'kicked')
    tellEntry(all('s'), 'peer-left', quoted('peerId', peer) .. quoted('reason', 'kicked'))
  end
  -- A host that throws out a second one of itself does not mean itself.
  local isOneself = isSameOwner(identity, load('i' .. host))
  if not isOneself then keepOut(identity) end
  local function isMeant(name, who) return name == peer or (not isOneself and isSamePerson(who, identity)) end
  for _, one in ipairs(all('s')) do
    if isMeant(one.peer, load('i' .. one.peer)) then takeAway(one.peer, 'kicked') end
  end
  for _, one in ipairs(all('p')) do
    if isMeant(one.peer, one.it.identity) then save('p' .. one.peer, false) end
  end
  for _, one in ipairs(all('k')) do
    if isKeptOut(one.it.identity) then turnAway(one.peer, 'kicked') end
  end
  return 'done'
end

----------------------------------------------------------------------------------------------------------------- time

-- Each is told of all of them, but not of itself; of very many at once only who stays.
local maxEach = 8
local function tellAway(list)
  if #list == 0 then return end
  local isOne, entries = {}, {}
  for _, one in ipairs(list) do
    isOne[one.peer] = true
    entries[#entries + 1] = entry('peer-away', quoted('peerId', one.peer))
  end
  local others = {}
  for _, one in ipairs(seatsWith({ RESUMABLE })) do
    if not isOne[one.peer] then others[#others + 1] = one end
  end
  tell(others, 'e', '[' .. table.concat(entries, ',') .. ']')
  if #list == 1 or #list > maxEach then return end
  for i = 1, #list do
    local rest = {}
    for j = 1, #list do
      if j ~= i then rest[#rest + 1] = entries[j] end
    end
    tell({ list[i] }, 'e', '[' .. table.concat(rest, ',') .. ']')
  end
end

-- What has run out since somebody last looked. All that have left have left in one step, so that a large room that loses a node
-- is not told of each by itself.
local function lapse()
  local left, away = {}, {}
  for _, one in ipairs(all('s')) do
    if one.it.endAt <= now then
      -- A node that has only not been heard of may bring it back.
      left[#left + 1] = drop(one.peer, has(one.it, RESUMABLE) and 'expired' or 'disconnected', not one.it.isHeard and 'expired' or nil)
      notice(one.it.node, 'lapsed', one.peer, one.it.attempt)
    elseif one.it.awayAt > 0 and one.it.awayAt <= now and not one.it.isTold then
      one.it.isTold = true
      keepSeat(one.peer)
      away[#away + 1] = one
    end
  end
  if #left > 0 then tell(all('s'), 'e', '[' .. table.concat(left, ',') .. ']') end
  tellAway(away)
  for _, one in ipairs(all('p')) do
    if one.it.endAt <= now then save('p' .. one.peer, false) end
  end
  for _, one in ipairs(all('k')) do
    if one.it.endAt <= now then
      save('k' .. one.peer, false)
      tellKnockEnded(one.peer, 'gone')
    end
  end
end

-- When something runs out next. A clock that went back must not hold anything for longer than it would be from now.
local function nextDue()
  local due = math.huge
  local function at(prefix, one, name, mostMs)
    local it = one.it
    if it[name] > now + mostMs then
      it[name] = now + mostMs
      changed[prefix .. one.peer] = true
    end
    due = math.min(due, it[name])
  end
  for _, one in ipairs(all('s')) do
    at('s', one, 'endAt', holdMs(one.it))
    if one.it.awayAt > 0 and not one.it.isTold then at('s', one, 'awayAt', RULES.leaseMs) end
  end
  for _, one in ipairs(all('p')) do at('p', one, 'endAt', RULES.reloadWindowMs) end
  for _, one in ipairs(all('k')) do at('k', one, 'endAt', RULES.leaseMs) end
  return due
end

------------------------------------------------------------------------------------------------------------- the replay

local function before(chain, peer)
  local at = string.find(' ' .. chain, ' ' .. peer .. ' ', 1, true)
  return at and string.match(chain, '^%S+', at + #peer + 1)
end

-- The records for a seat after `from`, as `id kind before`, body, …; nothing, where not all of them are there. With `from` in the
-- middle of a record (`isPart`), beginning with that one.
local function recordsSince(peer, seat, from, isPart)
  local list, messages, bytes = {}, 0, 0
  local at = from
  local records = redis.call('XRANGE', Q, (isPart and '' or '(') .. from, '+')
  for i = 1, #records do
    local id, it = records[i][1], records[i][2]
    local prev = before(it[6], peer)
    if prev then
      local isFirst = isPart and #list == 0
      if isFirst and id ~= from or not isFirst and prev ~= at then return nil end
      at = id
      messages, bytes = messages + 1, bytes + #it[4] + 128
      local ms = tonumber(string.match(id, '^%d+'))
      -- Nobody could come back while the store was away: nothing has grown too old by that.
      local isOld = grace == 0 and now - ms > RULES.replayMs
      if messages > RULES.replayMessages or bytes > RULES.replayBytes or isOld then return nil end
      list[#list + 1] = id .. ' ' .. it[2] .. ' ' .. prev
      list[#list + 1] = it[4]
    end
  end
  if at ~= seat.tail or (isPart and #list == 0) then return nil end
  return list
end

local function describe(peer, seat)
  local identity = load('i' .. peer)
  return { whole(seat.order), seat.received, seat.tail, seat.flags, room.capacity, read('m' .. peer), identity.json }
end

local function recordsFrom(peer, seat, from, isPart)
  local isKnown = string.match(from, '^%d+%-%d+$') and compare(from, seat.ack) >= 0
  return isKnown and recordsSince(peer, seat, from, isPart) or nil
end

-- What was said of it before may be lost.
local function tellHowThingsAre(peer, seat)
  local entries = {}
  for _, one in ipairs(all('s')) do
    if one.it.isTold and has(seat, RESUMABLE) then entries[#entries + 1] = entry('peer-away', quoted('peerId', one.peer)) end
  end
  if has(seat, UPDATES) then entries[#entries + 1] = entry('door', quoted('door', room.door)) end
  addKnocks(entries, seat)
  if #entries > 0 then tell({ { peer = peer, it = seat } }, 'e', '[' .. table.concat(entries, ',') .. ']') end
end

-- What somebody who comes back has missed, or, without records, how things are now. It has all that is before `ack`.
local function sayMissed(peer, seat, records, ack)
  local said = describe(peer, seat)
  keepSeat(peer)
  if records then
    seat.ack = ack or seat.ack
    out = { 'replay', said, records }
    return
  end
  seat.ack = seat.tail
  local others = {}
  for _, one in ipairs(all('s')) do
    if one.peer ~= peer then
      others[#others + 1] = whole(one.it.order)
      others[#others + 1] = read('m' .. one.peer)
    end
  end
  out = { 'resync', said, others }
  tellHowThingsAre(peer, seat)
end

-- What was acknowledged by all need not be kept.
local function trim()
  local oldest
  for _, one in ipairs(all('s')) do
    if not oldest or compare(one.it.ack, oldest) < 0 then oldest = one.it.ack end
  end
  if oldest and redis.call('XTRIM', Q, 'MINID', '~', oldest) > 0 and redis.call('XLEN', Q) == 0 then room.bytes = 0 end
end

------------------------------------------------------------------------------------------------------- the operations

local function readAsked()
  return {
    node = NODE, member = arg(2), identity = { subject = arg(3), token = arg(4), json = arg(5) },
    flags = tonumber(arg(6)), capacity = tonumber(arg(7)), onDuplicate = arg(9),
    replaces = arg(10), attempt = tonumber(arg(11)),
  }
end

if isLapsing then lapse() end

local function isEmpty() return room.seats == 0 and #all('p') == 0 and #all('k') == 0 end

-- A room that ended just now is not the one that is asked for.
local function endRoom()
  for field, text in pairs(fields) do
    if text and string.sub(field, 1, 1) ~= 'x' then write(field, false) end
  end
  redis.call('UNLINK', Q)
  room, unpacked, isWhole = nil, {}, false
end
if room and isLapsing and isEmpty() then endRoom() end

local function seatedOutcome(peer)
  local seat = seatOf(peer)
  out = { describe(peer, seat), seat.ack }
end

local operations = { send = send }

-- peer, member, subject, token, identity, flags, capacity, door, onDuplicate, replaces, attempt, mayMake
function operations.join()
  local peer, asked = arg(1), readAsked()
  -- Whoever has asked has given up meanwhile.
  if read('x' .. peer) then return 'gone' end
  if not room then
    if arg(12) ~= '1' then return 'absent' end
    readAll()
    make(arg(8))
  end
  local replaced, place = replacedBy(asked), placeOf(asked)
  local former = (replaced and load('i' .. asked.replaces)) or (place and place.identity)
  -- Who only goes from one seat of its own to the next has come in before. Nobody else does so by somebody's leave.
  local isIn = former and former.subject == asked.identity.subject
  -- By a link that lets nobody else in any more it may have come, too.
  local isStaying = isIn and former.token == asked.identity.token
  if not isStaying and isKeptOut(asked.identity) then return 'kicked' end
  if not isIn and not has(asked, HOST) and room.door ~= 'open' then return knock(peer, asked) end
  local outcome = sit(peer, asked)
  if outcome == 'seated' then seatedOutcome(peer) end
  return outcome
end

-- peer, attempt, from, isPart, how far its operations were done at least
function operations.attach()
  local peer, attempt = arg(1), tonumber(arg(2))
  local seat = room and seatOf(peer)
  if not seat or not has(seat, RESUMABLE) then return seat and 'gone' or whyGone(peer) end
  if attempt <= seat.attempt then return 'stale' end
  local records = recordsFrom(peer, seat, arg(3), arg(4) == '1')
  if not records and isMending() then return 'mending' end
  notice(seat.node, 'taken', peer, seat.attempt)
  local wasTold = seat.isTold
  seat.attempt, seat.node, seat.isHeard, seat.isTold = attempt, NODE, true, false
  renew(seat)
  if tonumber(arg(5)) > seat.received then lose(peer, seat, tonumber(arg(5))) end
  sayMissed(peer, seat, records, arg(4) ~= '1' and arg(3) or nil)
  if wasTold then tellEntry(seatsWith({ RESUMABLE }, peer), 'peer-back', quoted('peerId', peer)) end
  return 'resumed'
end

-- peer, attempt, from: what has not come, without a new attempt
function operations.sync()
  local peer = arg(1)
  local seat, why = mine(peer, tonumber(arg(2)))
  if not seat then return why end
  local records = recordsFrom(peer, seat, arg(3), false)
  if not records and isMending() then return 'mending' end
  -- Its node has it up to there, not its member.
  sayMissed(peer, seat, records)
  return 'done'
end

-- peer, attempt, n, ack, member
function operations.update()
  local peer = arg(1)
  local seat, outcome = takeUp('done')
  if not seat then return outcome end
  count(peer, seat, tonumber(arg(3)))
  write('m' .. peer, arg(5))
  tellEntry(seatsWith({ UPDATES }, peer), 'peer-updated', ',"peer":' .. arg(5))
  return 'done'
end

-- peer, attempt, n, ack, entries
function operations.refuse()
  local peer = arg(1)
  local seat, outcome = takeUp('done')
  if not seat then return outcome end
  count(peer, seat, tonumber(arg(3)))
  tell({ { peer = peer, it = seat } }, 'e', arg(5))
  return 'done'
end

-- peer, attempt, n, ack, kind, whom or how
function operations.command()
  local peer, kind, object = arg(1), arg(5), arg(6)
  local seat, outcome = takeUp('done')
  if not seat then return outcome end
  outcome = 'done'
  if kind == 'kick' then outcome = kick(peer, object)
  elseif kind == 'admit' then outcome = admit(object)
  elseif kind == 'refuse' then outcome = turnAway(object, 'refused') and 'done' or 'peer-not-found'
  else setDoor(object) end
  if outcome == 'done' then count(peer, seat, tonumber(arg(3))) end
  return outcome
end

-- peer, attempt, ack
function operations.away()
  local peer = arg(1)
  local seat, why = mine(peer, tonumber(arg(2)))
  if not seat then return why end
  acknowledged(peer, seat, arg(3))
  if not seat.isHeard then return 'done' end
  seat.isHeard = false
  seat.awayAt, seat.endAt = now + RULES.awayAfterMs, now + RULES.resumeWindowMs
  keepSeat(peer)
  return 'done'
end

-- peer, attempt, reason
function operations.leave()
  local peer = arg(1)
  local seat, why = mine(peer, tonumber(arg(2)))
  if not seat then return why end
  remove(peer, arg(3), 'taken')
  return 'done'
end

-- peer, attempt, whether a place is kept
function operations.release()
  local peer, attempt = arg(1), tonumber(arg(2))
  local seat = room and seatOf(peer)
  if not seat or not has(seat, RESUMABLE) or attempt < seat.attempt then return 'gone' end
  if arg(3) == '1' and RULES.reloadWindowMs > 0 then
    save('p' .. peer, { attempt = attempt, endAt = now + RULES.reloadWindowMs, identity = load('i' .. peer) })
  end
  takeAway(peer, 'left')
  return 'done'
end

-- peer: what has become of a knock
function operations.inquire()
  local peer = arg(1)
  if room and load('k' .. peer) then return 'knocking' end
  local seat = room and seatOf(peer)
  if not seat then return whyGone(peer) end
  seatedOutcome(peer)
  out[3] = recordsSince(peer, seat, seat.ack, false) or {}
  return 'seated'
end

-- peer: who asked for a seat, or knocks, is not there any more, and may not have heard that it was let in. What it asked may
-- still be on its way.
function operations.withdraw()
  local peer = arg(1)
  bury(peer, 'taken')
  if room and load('k' .. peer) then
    save('k' .. peer, false)
    tellKnockEnded(peer, 'gone')
  elseif room and seatOf(peer) then
    remove(peer, 'disconnected', 'taken')
  end
  return 'done'
end

-- seats: how many, then peer, attempt, received, ack, whether it is heard, of each; who knocks: peer of each
function operations.touch()
  local seats = tonumber(arg(1))
  if room then readAll() end
  for i = 0, seats - 1 do
    local at = 2 + 5 * i
    local peer, received = arg(at), tonumber(arg(at + 2))
    local seat, why = mine(peer, tonumber(arg(at + 1)))
    if seat then
      acknowledged(peer, seat, arg(at + 3))
      if arg(at + 4) == '1' then
        seat.node, seat.isHeard = NODE, true
        if seat.isTold then
          seat.isTold = false
          tellEntry(seatsWith({ RESUMABLE }, peer), 'peer-back', quoted('peerId', peer))
        end
        renew(seat)
        keepSeat(peer)
      end
      if seat.received < received then lose(peer, seat, received) end
    end
    out[#out + 1] = why or ('here ' .. seat.tail)
  end
  for i = 2 + 5 * seats, args do
    local knocker = room and load('k' .. arg(i))
    if knocker then
      knocker.endAt, knocker.node = now + RULES.leaseMs, NODE
      changed['k' .. arg(i)] = true
    end
    out[#out + 1] = knocker and 'knocking' or 'ended'
  end
  if room then trim() end
  return 'done'
end

-- peer, attempt, received, order, member, subject, token, identity, flags, capacity, door, for how long it is held if nobody hears:
-- the store has lost it
function operations.reseat()
  local peer, attempt, order = arg(1), tonumber(arg(2)), tonumber(arg(4))
  if read('x' .. peer) then return whyGone(peer) end
  readAll()
  if not room then make(arg(11)) end
  local seat = seatOf(peer)
  if seat then return attempt < seat.attempt and 'gone taken' or 'done' end
  if isKeptOut({ subject = arg(6), token = arg(7) }) then return 'gone kicked' end
  local capacity = room.capacity > 0 and room.capacity or tonumber(arg(10))
  if room.seats + #all('p') >= capacity then return 'full' end
  room.capacity = capacity
  room.order = math.max(room.order, order)
  seat = { node = NODE, attempt = attempt, received = tonumber(arg(3)), flags = tonumber(arg(9)), order = order, isHeard = true }
  renew(seat)
  if arg(12) ~= '' then
    seat.isHeard, seat.awayAt, seat.endAt = false, now + RULES.awayAfterMs, now + tonumber(arg(12))
  end
  room.mendedAt = now + RULES.mendMs
  seat.tail = nextRecord()
  seat.ack = seat.tail
  local lost = load('l' .. peer)
  if lost then save('l' .. peer, false) end
  for _, one in ipairs(all('s')) do
    local kind = one.it.order > order and 'peer-present' or 'peer-joined'
    tellEntry({ one }, kind, ',"peer":' .. arg(5))
  end
  save('s' .. peer, seat)
  write('m' .. peer, arg(5))
  save('i' .. peer, { subject = arg(6), token = arg(7), json = arg(8) })
  room.seats = room.seats + 1
  touchRoom()
  return 'done'
end

function operations.tick() return 'done' end

local outcome = operations[op]()

if room and isEmpty() then endRoom() end
if room then
  local due = nextDue()
  if due ~= room.due then
    room.due = due
    touchRoom()
  end
end
return finish(outcome, false)
