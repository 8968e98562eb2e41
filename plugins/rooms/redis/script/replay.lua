-- What somebody who comes back has missed.

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
