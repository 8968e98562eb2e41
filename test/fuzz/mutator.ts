import type { Template } from './message-grammar.js'
import { type RawMember, rawMembers } from './raw-members.js'
import { recordedSessions } from './recorded-sessions.js'

/** A number from 0 on, below this one; the same from the same seed (mulberry32). */
type Draw = (below: number) => number

function drawFrom(seed: number): Draw {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const values = [
  'null',
  'true',
  '0',
  '-0',
  '-1',
  '1e400',
  '1e-400',
  '9007199254740993',
  '""',
  '"__proto__"',
  '"\\u0000"',
  '"\\ud800"',
  '"\u202e"',
  '"\ufeff"',
  '[]',
  '{}',
  '[[]]',
  '{"__proto__":null}',
  '{"toJSON":1}',
  '"@A@"',
  '"@B@"',
  '"@S@"',
  '"@ROOM@"',
  '@N@',
  '@BEHIND@',
  '@AHEAD@',
  '"host"',
  '"join"',
  '"leave"',
  '"offer"',
  `"${'x'.repeat(65)}"`,
  `"${'x'.repeat(1025)}"`,
  `{"a":"${'x'.repeat(1020)}"}`,
  `${'['.repeat(16)}${']'.repeat(16)}`,
  `${'['.repeat(15)}${']'.repeat(15)}`,
  `${'{"a":'.repeat(9)}0${'}'.repeat(9)}`,
]
const keys = [
  'type',
  'to',
  '\\u0074o',
  'from',
  'n',
  'id',
  'seq',
  'prev',
  '__proto__',
  'constructor',
  'roomId',
  'name',
  'metadata',
  'media',
  'capacity',
  'peerId',
  'resume',
  'token',
  'knock',
  'attempt',
  '',
]

function pick<Item>(draw: Draw, items: readonly Item[]): Item | undefined {
  return items[draw(items.length)]
}

/** The properties of a frame; none where it is no object any more. */
function membersOf(frame: Template): RawMember[] {
  try {
    return rawMembers(frame)
  } catch {
    return []
  }
}

function written(members: readonly string[]): Template {
  return `{${members.join(',')}}`
}

type Mutation = (frame: Template, draw: Draw) => Template

const ofText: readonly Mutation[] = [
  // A bit of one byte is another.
  (frame, draw) => {
    const at = draw(frame.length + 1)
    const code = frame.charCodeAt(at)
    return code < 128
      ? `${frame.slice(0, at)}${String.fromCharCode(code ^ (1 << draw(7)))}${frame.slice(at + 1)}`
      : frame
  },
  (frame, draw) => frame.slice(0, draw(frame.length + 1)),
  (frame, draw) => {
    const [from, to] = [draw(frame.length + 1), draw(frame.length + 1)].sort((a, b) => a - b)
    return frame.slice(0, from) + frame.slice(to)
  },
  (frame, draw) => {
    const [from = 0, to = 0] = [draw(frame.length + 1), draw(frame.length + 1)].sort((a, b) => a - b)
    return frame.slice(0, to) + frame.slice(from)
  },
  (frame, draw) => {
    const at = draw(frame.length + 1)
    return `${frame.slice(0, at)}${pick(draw, ['"', '\\', '{', '}', '[', ']', ',', ':', '\u0000', '\ufeff', ' ', '0', '\\u0000'])}${frame.slice(at)}`
  },
  // The head of this one, the tail of another.
  (frame, draw) => {
    const other = pick(draw, pick(draw, recordedSessions) ?? []) ?? ''
    return frame.slice(0, draw(frame.length + 1)) + other.slice(draw(other.length + 1))
  },
]

const ofMembers: readonly ((members: string[], draw: Draw, names: readonly string[]) => string[])[] = [
  (members, draw) => members.toSpliced(draw(members.length), 1),
  (members, draw) => members.toSpliced(draw(members.length + 1), 0, pick(draw, members) ?? ''),
  (members, draw) => {
    const [from, to] = [draw(members.length), draw(members.length)]
    return members.with(from, members[to] ?? '').with(to, members[from] ?? '')
  },
  (members, draw, names) => {
    const at = draw(members.length)
    return members.with(at, `${JSON.stringify(names[at] ?? '')}:${pick(draw, values)}`)
  },
  (members, draw) => members.toSpliced(draw(members.length + 1), 0, `"${pick(draw, keys)}":${pick(draw, values)}`),
  (members, draw) => {
    const other = pick(draw, membersOf(pick(draw, pick(draw, recordedSessions) ?? []) ?? ''))
    return other === undefined ? members : members.toSpliced(draw(members.length + 1), 0, other.text)
  },
]

function mutated(frame: Template, draw: Draw): Template {
  const members = membersOf(frame)
  if (members.length === 0 || draw(3) === 0) return pick(draw, ofText)?.(frame, draw) ?? frame
  const names = members.map(({ name }) => name)
  const texts = members.map(({ text }) => text)
  return written(pick(draw, ofMembers)?.(texts, draw, names) ?? texts)
}

/** Frames of a session that come twice, not at all, in another order, or from another session. */
function shuffled(session: readonly Template[], draw: Draw): Template[] {
  const at = draw(session.length)
  switch (draw(6)) {
    case 0:
      return session.toSpliced(at, 1)
    case 1:
      return session.toSpliced(at, 0, session[at] ?? '')
    case 2:
      return session.with(at, session[0] ?? '').with(0, session[at] ?? '')
    case 3:
      return session.toSpliced(at, 0, ...(pick(draw, recordedSessions) ?? []).slice(draw(4)))
    default:
      return [...session]
  }
}

/** Sessions as they were, but for what has been changed in them: in half of the frames one thing, or more. */
export function mutatedFrames(seed: number, count: number): Template[] {
  const draw = drawFrom(seed)
  const frames: Template[] = []
  while (frames.length < count) {
    for (const frame of shuffled(pick(draw, recordedSessions) ?? [], draw)) {
      let changed = frame
      for (let changes = [0, 0, 1, 1, 2, 4][draw(6)] ?? 0; changes > 0; changes -= 1) changed = mutated(changed, draw)
      frames.push(changed)
    }
  }
  return frames.slice(0, count)
}
