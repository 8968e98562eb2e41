import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { type News, sentenceOf } from '../../public/page/arrivals.js'
import { callState } from '../../public/page/call-state.js'
import { describe } from '../../public/page/quality-sentence.js'
import { fragmentOf, inviteLink, newRoomId, personOfFragment, roomOfFragment } from '../../public/page/room-id.js'
import { heightToAskFor } from '../../public/page/shown-heights.js'
import { SpeakingGate } from '../../public/page/speaking.js'
import { languages } from '../../public/page/texts.js'

t.test('a new room is four groups of four signs that cannot be mistaken for each other', async (t) => {
  const ids = Array.from({ length: 500 }, () => newRoomId())
  for (const id of ids) if (!/^([a-km-np-z2-9]{4}-){3}[a-km-np-z2-9]{4}$/.test(id)) t.fail(id)
  t.equal(new Set(ids).size, ids.length)
  t.equal(
    newRoomId((bytes) => bytes.fill(255)),
    '9999-9999-9999-9999',
  )
})

t.test('the fragment of the address names the room', async (t) => {
  for (const [hash, room] of [
    ['#room=1001', '1001'],
    ['#1001', '1001'],
    ['', ''],
    ['#', ''],
    ['#other=1', ''],
    ['#%E4%BC%9A%E8%AE%AE', '会议'],
    ['#100%', '100%'],
    ['#room=a%26b%3D%23', 'a&b=#'],
  ] as const) {
    t.equal(roomOfFragment(hash), room, hash)
  }
  for (const room of ['1001', 'a&b=c#d', '会议 室', '100%', '+']) t.equal(roomOfFragment(fragmentOf(room)), room)
  t.equal(inviteLink('1001', 'https://example.org/calls/?x#old'), 'https://example.org/calls/?x#room=1001')
})

t.test('the fragment of the address can name the person, and a language', async (t) => {
  t.strictSame(personOfFragment('#room=1&name=+Ada+&lang=zh-CN'), { name: 'Ada', lang: 'zh-CN' })
  t.strictSame(personOfFragment('#1001'), { name: undefined, lang: undefined })
})

t.test('a call is summed up by its worst trouble', async (t) => {
  const ada = { name: 'Ada', state: 'live' } as const
  const bo = { name: undefined, state: 'unstable' } as const
  t.strictSame(callState([]), { state: 'waiting', count: 0 })
  t.strictSame(callState([], { name: 'Ada' }), { state: 'left', name: 'Ada', count: 1 })
  t.strictSame(callState([ada]), { state: 'connected', name: 'Ada', count: 1 })
  t.strictSame(callState([ada, ada]), { state: 'connected', count: 2 })
  t.strictSame(callState([ada, bo]), { state: 'unstable', name: undefined, count: 1 })
  t.strictSame(callState([ada, bo, { name: 'Cy', state: 'failed' }]), { state: 'failed', name: 'Cy', count: 1 })
  t.strictSame(callState([ada, { name: 'Cy', state: 'reconnecting' }]), { state: 'unstable', name: 'Cy', count: 1 })
})

t.test('who comes and goes is named in as few sentences as that takes', async (t) => {
  const { en } = languages
  const nobody = { present: [], joined: [], left: [], lost: [], removed: [] }
  const inEnglish = (news: Partial<News>) => sentenceOf({ ...nobody, ...news }, en.texts, 'en')
  t.equal(inEnglish({}), '')
  t.equal(inEnglish({ joined: ['Ada'] }), 'Ada joined.')
  t.equal(inEnglish({ joined: ['Ada', 'Bo'] }), 'Ada and Bo joined.')
  t.equal(inEnglish({ joined: ['Ada', 'Bo', 'Cy'], left: ['Dee'] }), 'Ada, Bo, and Cy joined. Dee left.')
  t.equal(inEnglish({ joined: [undefined] }), 'Somebody joined.')
  t.equal(inEnglish({ joined: ['Ada', undefined] }), 'Ada and one other joined.')
  t.equal(inEnglish({ joined: [undefined, undefined] }), '2 others joined.')
  t.equal(
    inEnglish({ present: ['Ada', 'Bo', 'Cy', 'Dee', 'Eve', 'Finn'] }),
    'In the call: Ada, Bo, Cy, Dee, and 2 others.',
  )
  t.equal(inEnglish({ lost: ['Ada', 'Bo'] }), 'Ada and Bo lost the connection.')
  t.equal(inEnglish({ removed: ['Bo'] }), 'Bo was removed.')
  t.equal(
    sentenceOf({ ...nobody, joined: ['Ada', undefined], left: ['Bo'] }, languages['zh-CN'].texts, 'zh-CN'),
    'Ada和另外 1 人 已加入。 Bo 已离开。',
  )
})

t.test('a quality is told in words: at whose end it is and why, where something is wrong', async (t) => {
  const { texts } = languages.en
  const told = (quality: Parameters<typeof describe>[0]) => describe(quality, 'Ada', texts)
  t.equal(told({ level: 4, reason: 'good' }), 'Very good connection.')
  t.equal(
    told({ level: 2, reason: 'network', direction: 'receiving', side: 'peer' }),
    "Weak connection. Ada's upload is limited: part of it gets lost.",
  )
  t.equal(
    told({ level: 2, reason: 'network', direction: 'sending', side: 'self' }),
    'Weak connection. Your upload is limited: part of what you send gets lost.',
  )
  t.equal(
    told({ level: 1, reason: 'network', direction: 'sending' }),
    'Very weak connection. Part of what you send to Ada gets lost on the way.',
  )
  t.equal(told({ level: 1, reason: 'network' }), 'Very weak connection. Everything takes long between you and Ada.')
  t.equal(
    told({ level: 3, reason: 'cpu', side: 'self' }),
    'Good connection. Your device is too busy to send a better picture.',
  )
  t.equal(
    told({ level: 3, reason: 'cpu', side: 'peer' }),
    "Good connection. Ada's device is too busy to send a better picture.",
  )
  t.equal(told({ level: 2, reason: 'relay' }), 'Weak connection. It takes a detour through a relay.')
  t.equal(told({ level: 0, reason: 'silent' }), 'Hardly any connection. Nothing arrives from Ada.')
  for (const { texts } of Object.values(languages)) {
    const sentences = Object.entries(texts.qualityCauses).map(
      ([cause, sentence]) => [cause, sentence('Ada'), sentence(undefined)] as const,
    )
    for (const [cause, named, unnamed] of sentences) {
      if (cause !== 'relay' && !cause.startsWith('self') && cause !== 'unknown-cpu') t.match(named, 'Ada', cause)
      t.notMatch(unnamed, /Ada|undefined/, cause)
    }
    t.equal(new Set(sentences.map(([, named]) => named)).size, sentences.length, 'each says something else')
  }
})

t.test('whoever talks is marked at once, through the pauses between words, and not by a quiet noise', async (t) => {
  const gate = new SpeakingGate()
  t.equal(gate.next(0.015, 0), false, 'a quiet noise')
  t.equal(gate.next(0.1, 200), true)
  t.equal(gate.next(0, 400), true, 'a pause')
  t.equal(gate.next(0.015, 700), true, 'the quiet end of a word')
  t.equal(gate.next(0, 1200), true)
  t.equal(gate.next(0, 1300), false)
  t.equal(gate.next(0.015, 1400), false)
})

t.test('a picture is asked for as high as it is shown, in pixels of the screen', async (t) => {
  const room = { width: 320, height: 180 }
  t.equal(heightToAskFor(room, 16 / 9, 'cover', 1), 192)
  t.equal(heightToAskFor(room, 16 / 9, 'contain', 2), 368)
  t.equal(heightToAskFor({ width: 180, height: 240 }, 16 / 9, 'contain', 1), 112)
  t.equal(heightToAskFor({ width: 180, height: 240 }, 16 / 9, 'cover', 1), 240)
  t.equal(heightToAskFor({ width: 320, height: 180 }, 3 / 4, 'cover', 1), 432)
  t.equal(heightToAskFor({ width: 0, height: 0 }, 1, 'cover', 2), 0)
  t.equal(heightToAskFor({ width: 398, height: 224 }, 316 / 180, 'cover', 1), 224, 'its shape after it was scaled')
})

t.test('the page and its one script ask for nothing more', async (t) => {
  const built = fileURLToPath(new URL('../../public/', import.meta.url))
  const html = readFileSync(`${built}index.html`, 'utf8')
  const [script = ''] = readdirSync(`${built}assets`).filter((name) => /^page-\w+\.js$/.test(name))
  t.strictSame(
    Array.from(html.matchAll(/<script[^>]*>/g), ([tag]) => tag),
    [`<script type="module" src="./assets/${script}">`],
  )
  const text = readFileSync(`${built}assets/${script}`, 'utf8')
  t.notMatch(text, /^import\b|\bimport\(/m)
  t.notMatch(text, 'sourceMappingURL', 'nor does a browser whose tools are open')
})

t.test('every sentence is there in every language, and those about somebody say the name', async (t) => {
  for (const [language, { texts }] of Object.entries(languages)) {
    for (const [key, text] of Object.entries(texts)) {
      if (typeof text === 'function') {
        t.match(text('Ada'), 'Ada', `${language} ${key}`)
        t.notMatch(text(undefined), 'undefined', `${language} ${key}`)
      } else {
        for (const sentence of typeof text === 'string' ? [text] : Object.values(text))
          t.match(sentence, /\S/, `${language} ${key}`)
      }
    }
  }
})
