-- What runs out.

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
    at('s', one, 'endAt', leaseOf(one.it))
    if one.it.awayAt > 0 and not one.it.isTold then at('s', one, 'awayAt', RULES.leaseMs) end
  end
  for _, one in ipairs(all('p')) do at('p', one, 'endAt', RULES.reloadWindowMs) end
  for _, one in ipairs(all('k')) do at('k', one, 'endAt', RULES.leaseMs) end
  return due
end
