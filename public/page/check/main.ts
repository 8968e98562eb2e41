/**
 * The page `/check`: whether calls will work from this browser, each thing by itself, with what to do where it does not.
 * `document.documentElement.dataset.state` is `idle`, `checking` or `done`; each line has its `data-verdict`.
 *
 * @module
 */
import { find, make } from '../elements.js'
import { chooseLanguage } from '../language.js'
import { checkStun, checkTurn } from '../network/ice-check.js'
import { relaysOf, stunUrlsOf } from '../network/ice-ways.js'
import { checkService } from '../network/service-check.js'
import { failed, type Outcome, type Verdict } from '../network/verdict.js'
import { roomOfFragment, tokenOfFragment } from '../room-id.js'
import { recall } from '../settings.js'
import { setTitle } from '../title.js'
import { checkDevice } from './device-check.js'
import { type CheckName, checkTexts } from './texts.js'

const language = chooseLanguage(recall('language'), navigator.languages)
const texts = checkTexts[language]
const list = find('checks', HTMLUListElement)
const summary = find('summary', HTMLElement)
const start = find('start', HTMLButtonElement)

document.documentElement.lang = language
setTitle(texts.title)
find('title', HTMLElement).textContent = texts.title
find('intro', HTMLElement).textContent = texts.intro
start.textContent = texts.start
const toCall = find('to-call', HTMLAnchorElement)
toCall.textContent = texts.toLobby
// With the invitation, if there is one.
toCall.href = `./${location.hash}`
start.addEventListener('click', () => void checkAll())

async function checkAll(): Promise<void> {
  if (document.documentElement.dataset['state'] === 'checking') return
  document.documentElement.dataset['state'] = 'checking'
  start.setAttribute('aria-disabled', 'true')
  summary.textContent = texts.checking
  list.replaceChildren()
  const outcomes: Outcome[] = []
  const look = async (name: CheckName, check: () => Promise<Verdict>): Promise<void> => {
    const show = begin(name)
    const verdict = await check().catch((error: unknown) => {
      // Whatever a browser cannot do it says in its own way.
      reportError(error)
      return failed('unsupported')
    })
    show(verdict)
    outcomes.push(verdict.outcome)
  }
  // One after the other: two questions of the browser at once would be too many.
  await look('camera', () => checkDevice('camera'))
  await look('mic', () => checkDevice('mic'))
  let iceServers: readonly RTCIceServer[] = []
  await look('service', async () => {
    const report = await checkService(roomOfFragment(location.hash) || 'check', tokenOfFragment(location.hash))
    iceServers = report.iceServers
    return report.verdict
  })
  if (outcomes.at(-1) === 'ok') await checkWays(iceServers, look)
  summary.textContent = outcomes.includes('failed')
    ? texts.someFailed
    : outcomes.includes('unsure')
      ? texts.someUnsure
      : texts.allWell
  start.textContent = texts.again
  start.removeAttribute('aria-disabled')
  document.documentElement.dataset['state'] = 'done'
}

type Look = (name: CheckName, check: () => Promise<Verdict>) => Promise<void>

async function checkWays(iceServers: readonly RTCIceServer[], look: Look): Promise<void> {
  const stunUrls = stunUrlsOf(iceServers)
  if (stunUrls.length > 0) await look('stun', () => checkStun(stunUrls))
  const relays = relaysOf(iceServers)
  for (const { way, server } of relays) await look(way, () => checkTurn(server))
  if (relays.length === 0) await look('turn', async () => ({ outcome: 'unsure', finding: 'not-configured' }))
}

/** Shows that something is being looked at. @returns shows what was found */
function begin(name: CheckName): (verdict: Verdict) => void {
  const sentence = make('p', 'check-finding', texts.checking)
  const line = make('li', 'check-line', make('h2', 'check-name', texts.names[name]), sentence)
  line.dataset['check'] = name
  list.append(line)
  return ({ outcome, finding, ms }) => {
    line.dataset['verdict'] = outcome
    line.dataset['finding'] = finding
    sentence.textContent = `${texts.findings[finding]}${ms === undefined ? '' : ` ${texts.inMs(ms)}`}`
  }
}
