-- What is told, in the order of each: the log, and news of it.

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

-- What whoever runs the service is told of, by this node and no other.
local function newDiary()
  local e = { session = whole(now) .. '-' .. whole(dice), n = 0 }
  save('e', e)
  return e
end

local function report(kind, rest)
  if kind == 'joined' and not load('e') then report('started', '') end
  local e = load('e') or newDiary()
  e.n = e.n + 1
  changed['e'] = true
  news[#news + 1] = '*\n' .. R .. '\n{"session":"' .. e.session .. '","n":' .. whole(e.n) .. ',"atMs":' .. whole(now)
    .. ',"change":{"kind":"' .. kind .. '"' .. rest .. '}}'
end

-- Its order is the time at which it was taken, but for what makes it higher than that of those before.
local function joinedAt(seat) return whole(math.floor(seat.order / 1024)) end

-- With more to say, or none.
local function reportOf(kind, peer, seat, rest)
  report(kind, ',"occupant":{"member":' .. read('m' .. peer) .. ',"identity":' .. load('i' .. peer).json .. ',"joinedAtMs":'
    .. joinedAt(seat) .. '}' .. (rest or ''))
end

local function entry(kind, rest) return '{"kind":"' .. kind .. '"' .. rest .. '}' end
local function quoted(name, value) return ',"' .. name .. '":"' .. value .. '"' end
local function tellEntry(to, kind, rest) tell(to, 'e', '[' .. entry(kind, rest) .. ']') end
