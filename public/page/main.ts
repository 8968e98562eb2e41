/**
 * The call page: lobby, call, end, and what leads from one to the other. When a call begins, `signalbox:call` is
 * dispatched on `document` with `detail: { call }`, for tests and for whoever builds this page into another.
 *
 * @module
 */
import { type Call, CallError, join } from '../sdk/index.js'
import { CallScreen } from './call-screen.js'
import { DevicePanel } from './device-panel.js'
import { find } from './elements.js'
import { Embedding } from './embedding.js'
import { EndScreen } from './end-screen.js'
import { KeysDialog } from './keys-dialog.js'
import { Speech } from './language.js'
import { type JoinRequest, Lobby } from './lobby.js'
import { LocalMedia } from './local-media.js'
import { PushToTalk } from './push-to-talk.js'
import { fragmentOf, tokenOfFragment } from './room-id.js'
import { toggle } from './self-view.js'
import { recall, recallInterrupted, rememberOngoing } from './settings.js'
import { bindShortcuts } from './shortcuts.js'
import { StatusLine } from './status-line.js'
import { setView } from './view.js'
import { registerWorker } from './worker-registration.js'

/** How many a room may hold: what each browser can send to and receive of all others. */
const roomCapacity = 8
/** Longer than a socket may take to open; then the person is asked whether to go on. */
const joinTimeoutMs = 15_000
/** Why a join has ended that the person does not want any more. */
const stoppedWaiting = 'stopped waiting'

const speech = new Speech()
const status = new StatusLine()
const media = new LocalMedia()
const devices = new DevicePanel(media, speech, status)
const keys = new KeysDialog()
const pushToTalk = new PushToTalk(media, () => document.documentElement.dataset['view'] === 'call')
const lobby = new Lobby(media, devices, speech, status, (request) => void enter(request))
const callScreen = new CallScreen(media, speech, status)
const embedding = new Embedding()
let lastRequest: JoinRequest | undefined
// From the beginning of a join to the end of its call: a second one would meet the first in the room.
let isBusy = false
const endScreen = new EndScreen(speech, {
  onRejoin: () => {
    if (lastRequest === undefined) return lobby.show()
    lobby.show()
    void enter(lastRequest)
  },
  onBack: () => lobby.show(),
})

async function enter(request: JoinRequest): Promise<void> {
  if (isBusy) return
  isBusy = true
  lastRequest = request
  lobby.begin(request)
  const { room, name, token } = request
  const ending = new AbortController()
  const timer = setTimeout(() => ending.abort('no answer'), joinTimeoutMs)
  let call: Call
  try {
    call = await join('ws', {
      room,
      ...(name && { name }),
      ...(token && { token }),
      capacity: roomCapacity,
      reportQuality: true,
      signal: ending.signal,
      onKnocking: () => {
        clearTimeout(timer)
        lobby.knock(() => ending.abort(stoppedWaiting))
      },
    })
  } catch (error) {
    isBusy = false
    if (ending.signal.reason === stoppedWaiting) lobby.stopWaiting()
    else lobby.fail(error)
    return
  } finally {
    clearTimeout(timer)
  }
  begin(call, token)
}

function begin(call: Call, token: string | undefined): void {
  // The address names the room now: to copy, to reload, to come back to.
  history.replaceState(null, '', fragmentOf(call.room, token))
  find('alert', HTMLElement).textContent = ''
  setView('call')
  lobby.leave()
  call.on('end', ({ reason }) => end(reason))
  callScreen.show(call, token)
  keepOngoing(call)
  embedding.begin(call)
  document.dispatchEvent(new CustomEvent('signalbox:call', { detail: { call } }))
}

function keepOngoing(call: Call): void {
  const keep = (): void =>
    rememberOngoing({ room: call.room, mic: media.isWanted('mic'), camera: media.isWanted('camera') })
  keep()
  const forget = media.on('change', keep)
  call.on('end', ({ reason }) => {
    forget()
    // A page that is put away may be about to be reloaded; then the call goes on.
    if (!(reason instanceof CallError && reason.code === 'closed')) rememberOngoing(null)
  })
}

function end(reason: CallError | 'left'): void {
  isBusy = false
  pushToTalk.release()
  devices.closeDialog()
  keys.close()
  media.stop()
  status.say('')
  endScreen.show(reason)
}

media.on('stopped', (slot) => {
  if (slot === 'mic') find('alert', HTMLElement).textContent = speech.texts.micStopped
})
media.on('replaced', (slot) => {
  status.announce(slot === 'mic' ? speech.texts.micReplaced : speech.texts.cameraReplaced)
})
media.on('change', () => {
  if (media.isOn('mic')) find('alert', HTMLElement).textContent = ''
})
bindShortcuts(
  {
    m: () => void toggle('mic', media),
    v: () => void toggle('camera', media),
    s: () => void callScreen.toggleScreen(),
    c: () => callScreen.toggleChat(),
    h: () => callScreen.toggleHand(),
    '?': () => keys.open(),
  },
  () => document.documentElement.dataset['view'] !== 'end',
)

// Back from the browser's cache the call is over, and a later reload is no interruption of it.
globalThis.addEventListener('pageshow', ({ persisted }) => persisted && rememberOngoing(null))

// Once everything is here: it is for the next time.
globalThis.addEventListener('load', () => void registerWorker())

speech.apply()
const interrupted = recallInterrupted()
if (interrupted === undefined) {
  lobby.show()
} else {
  const { room, mic, camera } = interrupted
  // The devices may need an answer first; they are published when they come, and nobody has to wait for them.
  lobby.show({ mic, camera })
  await enter({ room, name: recall('name') || undefined, token: tokenOfFragment(location.hash) })
}
