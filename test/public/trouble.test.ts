import t from 'tap'
import { sentenceOf, stateOf } from '../../public/page/join-notice.js'
import { languages, type Texts } from '../../public/page/texts.js'
import { advice, type Trouble, troubleOf } from '../../public/page/trouble.js'
import { CallError, type CallErrorCode, callErrors } from '../../public/sdk/index.js'
import { closeCodes, errorCodes } from '../../schemas/index.js'

const isTrouble = (text: string): text is Trouble => Object.hasOwn(advice, text)
const codes = Object.keys(callErrors).filter((code): code is CallErrorCode => Object.hasOwn(callErrors, code))
const sentence = /^[A-Z\p{Script=Han}].*[.。]$/u

/** What is wrong with camera and microphone is told elsewhere, for each of them; of one that is refused also how to allow it. */
function deviceHelp(code: CallErrorCode, texts: Texts): string | undefined {
  if (code === 'media-denied') return texts.blocked.both
  return Object.entries(texts.mediaHelp).find(([key]) => key === code)?.[1]
}

t.test('every code that can reach a person has words and a next step, in every language', async (t) => {
  for (const [language, { texts }] of Object.entries(languages)) {
    for (const code of codes) {
      if (code.startsWith('media-') || code === 'insecure-context') {
        t.match(deviceHelp(code, texts), sentence, `${language} ${code}`)
        t.throws(() => troubleOf(new CallError(code)), { code })
        continue
      }
      const trouble = troubleOf(new CallError(code))
      t.match(texts.troubles[trouble], sentence, `${language} ${code}`)
      t.match(texts.nextSteps[trouble], sentence, `${language} ${code}`)
    }
    for (const code of Object.keys(errorCodes)) {
      const trouble = troubleOf(CallError.ofService({ code, message: '' }))
      t.match(sentenceOf(trouble, texts), sentence, `${language} ${code}`)
    }
    t.strictSame(Object.keys(texts.troubles).sort(), Object.keys(advice).sort(), language)
    t.strictSame(Object.keys(texts.nextSteps).sort(), Object.keys(advice).sort(), language)
    t.equal(new Set(Object.values(texts.troubles)).size, Object.keys(advice).length, 'no two are the same')
  }
})

t.test('what can succeed later has a button to try it again, and only that', async (t) => {
  for (const code of codes) {
    if (code.startsWith('media-') || code === 'insecure-context') continue
    const { action } = advice[troubleOf(new CallError(code))]
    if (['room-full', 'signaling-unreachable', 'access-unavailable', 'room-locked', 'identity-taken'].includes(code))
      t.equal(action, 'try-again', code)
    // A seat that another page has can be taken back.
    else if (!callErrors[code].retryable && code !== 'replaced' && code !== 'aborted') t.not(action, 'try-again', code)
  }
  for (const [code, { retry }] of Object.entries(errorCodes)) {
    const { action } = advice[troubleOf(CallError.ofService({ code, message: '' }))]
    // What only a program can get out of order is for the page to be loaded anew.
    if (code !== 'out-of-order') t.equal(action === 'try-again', retry, code)
  }
})

t.test('what the service says is told as exactly as it says it', async (t) => {
  const told = (code: string) => troubleOf(CallError.ofService({ code, message: '' }))
  t.equal(told('token-required'), 'needs-invite')
  t.equal(told('token-expired'), 'invite-expired')
  t.equal(told('token-not-yet-valid'), 'invite-early')
  t.equal(told('token-wrong-room'), 'invite-invalid')
  t.equal(told('access-denied'), 'not-allowed')
  t.equal(told('service-full'), 'busy')
  t.equal(told('name-invalid'), 'name-invalid')
  t.equal(told('something of a newer service'), 'rejected')
  t.equal(told('constructor'), 'rejected')
  t.throws(() => troubleOf(new TypeError('a fault of this page')), TypeError, 'faults of the program are not hidden')
})

t.test('how a socket is closed for good is told, too', async (t) => {
  const named: Partial<Record<number, CallErrorCode>> = { 4001: 'replaced', 4010: 'kicked', 4011: 'room-closed' }
  for (const { code, retry } of Object.values(closeCodes)) {
    if (retry) continue
    const trouble = troubleOf(new CallError(named[code] ?? 'rejected', `${code}`))
    t.equal(trouble, named[code] ?? 'rejected', `${code}`)
    t.not(advice[trouble].action, 'none', `${code}`)
  }
})

t.test('without a network it is that, and not the server', async (t) => {
  t.equal(troubleOf(new CallError('signaling-unreachable'), false), 'offline')
  t.equal(troubleOf(new CallError('aborted'), false), 'offline')
  t.equal(troubleOf(new CallError('signaling-unreachable'), true), 'server-away')
  t.equal(troubleOf(new CallError('room-full'), false), 'full')
})

t.test('each trouble in the lobby is a state that styles and tests can see', async (t) => {
  for (const trouble of Object.keys(advice).filter(isTrouble)) t.match(stateOf(trouble), /^[a-z-]+$/, trouble)
  t.equal(stateOf('invite-early'), 'denied')
  t.equal(stateOf('busy'), 'server-away')
})
