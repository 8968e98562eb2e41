-- The operations, and what is done after each.

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
  if load('e') then report('ended', '') end
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
  -- Unless it was taken for gone, it has come before.
  local lost = load('l' .. peer)
  if not lost and not load('e') then newDiary() end
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
  if lost then reportOf('joined', peer, seat) end
  return 'done'
end

-- what, whom or how: asked by whoever runs the service, without a seat
function operations.direct()
  local kind, object = arg(1), arg(2)
  if not room then return 'absent' end
  if kind == 'kick' then return kick(nil, object) end
  if kind == 'announce' then tell(seatsWith({ UPDATES }), 'e', '[' .. object .. ']')
  elseif kind == 'close' then close()
  else setDoor(object) end
  return 'done'
end

-- how the room is now
function operations.look()
  if not room then return 'absent' end
  for _, one in ipairs(all('s')) do
    local peer, seat = one.peer, one.it
    out[#out + 1] = { read('m' .. peer), load('i' .. peer).json, joinedAt(seat), seat.isHeard and 1 or 0 }
  end
  table.insert(out, 1, room.capacity)
  return 'done'
end

function operations.tick() return 'done' end

local outcome = operations[op]()

if room and isEmpty() then endRoom() end
if room and room.seats == 0 and load('e') and #all('p') == 0 then
  report('ended', '')
  save('e', false)
end
if room then
  local due = nextDue()
  if due ~= room.due then
    room.due = due
    touchRoom()
  end
end
return finish(outcome, false)
