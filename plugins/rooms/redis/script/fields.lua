-- One operation on one room, done as a whole: who is in it, the order of what each is told, and what became of it in time.
--
-- KEYS[1]  the room, a hash:
--            r        {at, count, due, seats, capacity, door, bytes, order, lost}: see `room` below
--            s<peer>  its seat, m<peer> the member as a JSON text, i<peer> what it is known by
--            k<peer>  who knocks, p<peer> a place that is kept, l<peer> who has lost its seat
--            x<peer>  why a seat or a knock has ended: nothing may bring it back
--            b        {subjects, tokens} that are kept out
--            e        {session, n}: how much has happened since somebody came
-- KEYS[2]  its log, a stream: k(ind), b(ody), p: for whom, each with the record before: `peer record peer record …`
-- ARGV     operation, caller's node, grace in ms, a random number, when it was sent, then what the operation needs. Nothing runs
--          out during a grace: there is one when the store was away, or is asked late, as others could not say that they are there
-- What is written as a field of RULES is put in by `script.ts`, with times in ms: there is no such table.
--
-- Returns  outcome, the time here, ms until something is due or -1, door or nothing for no room, what the operation has to say, then
--          the news for members on the caller's node. News for others is published, one text for each node, in the same form:
--          `record kind peer:attempt:before …`, the room's key, the body, a line each; or `! what peer:attempt` and the key. What
--          whoever runs the service is told is for the caller alone: `*`, the key, an object.
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
