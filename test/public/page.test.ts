import t from 'tap'
import { callState } from '../../public/page/call-state.js'
import { fragmentOf, inviteLink, newRoomId, roomOfFragment } from '../../public/page/room-id.js'
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

t.test('a call is summed up by its worst trouble', async (t) => {
  const ada = { name: 'Ada', state: 'live' } as const
  const bo = { name: undefined, state: 'unstable' } as const
  t.strictSame(callState([]), { state: 'waiting' })
  t.strictSame(callState([], { name: 'Ada' }), { state: 'left', name: 'Ada' })
  t.strictSame(callState([ada]), { state: 'connected', name: 'Ada' })
  t.strictSame(callState([ada, ada]), { state: 'connected' })
  t.strictSame(callState([ada, bo]), { state: 'unstable', name: undefined })
  t.strictSame(callState([ada, bo, { name: 'Cy', state: 'failed' }]), { state: 'failed', name: 'Cy' })
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
