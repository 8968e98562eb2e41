-- Coming and going: who is kept out, gets a place, knocks, is let in, and leaves.

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
  reportOf('left', peer, seatOf(peer), quoted('reason', reason))
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

local function leaseOf(seat) return has(seat, RESUMABLE) and RULES.resumableLeaseMs or RULES.leaseMs end

-- Its node is there, and so is it.
local function renew(seat)
  seat.awayAt = has(seat, RESUMABLE) and now + RULES.leaseMs or 0
  seat.endAt = now + leaseOf(seat)
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
  reportOf('joined', peer, seat)
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

-- `host`: nobody, where it is whoever runs the service.
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
  local isOneself = host and isSameOwner(identity, load('i' .. host))
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

-- All at once: nobody is told of the others.
local function close()
  local seats = all('s')
  for _, one in ipairs(seats) do drop(one.peer, 'closed', 'closed') end
  for _, one in ipairs(seats) do notice(one.it.node, 'closed', one.peer, one.it.attempt) end
  for _, one in ipairs(all('p')) do save('p' .. one.peer, false) end
  for _, one in ipairs(all('k')) do turnAway(one.peer, 'refused') end
end
