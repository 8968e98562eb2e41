import type { Call, GoneReason, Peer } from '../sdk/index.js'
import { Arrivals } from './arrivals.js'
import { AwayPill } from './away-pill.js'
import { Beside } from './beside.js'
import { type CallState, callState } from './call-state.js'
import { CodeCheck } from './code-check.js'
import { ConnectionPanel } from './connection-panel.js'
import { find, ignoreHeldKeys } from './elements.js'
import { FullScreen } from './full-screen.js'
import { HostControls } from './host-controls.js'
import { Invite } from './invite.js'
import { sentenceOf } from './join-notice.js'
import type { Speech } from './language.js'
import { type DeviceSlot, deviceSlots, type LocalMedia } from './local-media.js'
import { mediaHelpInCall, problemsOf } from './media-help.js'
import { MoreMenu } from './more-menu.js'
import { MutedSpeech } from './muted-speech.js'
import { QualityTip } from './quality-tip.js'
import { ScreenShare } from './screen-share.js'
import { ScreenWakeLock } from './screen-wake-lock.js'
import { SelfMover } from './self-mover.js'
import { bindOwnPicture, bindToggle } from './self-view.js'
import { SmallWindow } from './small-window.js'
import type { StatusLine } from './status-line.js'
import { initialOf } from './tile.js'
import { Tiles } from './tiles.js'
import { setTitle } from './title.js'
import { isNewsInCall, troubleOf } from './trouble.js'
import { setState } from './view.js'

/** A second press within this time belongs to the first. */
const doubleKeyMs = 500
/** What is wrong with the own devices has been read by then. */
const helpForMs = 15_000

interface Departure {
  readonly name: string | undefined
  readonly reason: GoneReason
}

/** The screen of a call: shows one `Call` after the other, and publishes the person's own devices in it. */
export class CallScreen {
  readonly #media: LocalMedia
  readonly #speech: Speech
  readonly #status: StatusLine
  readonly #invite: Invite
  readonly #arrivals: Arrivals
  readonly #screenShare: ScreenShare
  readonly #host: HostControls
  readonly #codeCheck: CodeCheck
  readonly #beside: Beside
  readonly #mutedSpeech: MutedSpeech
  readonly #menu = new MoreMenu()
  readonly #wakeLock = new ScreenWakeLock()
  readonly #tiles: Tiles
  readonly #pill: AwayPill
  readonly #panel: ConnectionPanel
  readonly #tip: QualityTip
  readonly #smallWindow: SmallWindow
  readonly #fullScreen = new FullScreen()
  readonly #help = find('call-help', HTMLElement)
  #published: Record<DeviceSlot, MediaStreamTrack | null> = { mic: null, camera: null }
  #call: Call | undefined
  #lastLeft: Departure | undefined
  #shownAt = 0
  #problems = ''
  #helpTimer: ReturnType<typeof setTimeout> | undefined

  constructor(media: LocalMedia, speech: Speech, status: StatusLine) {
    this.#media = media
    this.#speech = speech
    this.#status = status
    this.#invite = new Invite(speech, status)
    this.#arrivals = new Arrivals(speech, status)
    this.#screenShare = new ScreenShare(speech, status)
    this.#host = new HostControls(speech, status)
    this.#codeCheck = new CodeCheck(speech, status)
    this.#pill = new AwayPill(status)
    this.#panel = new ConnectionPanel(speech, status)
    this.#tip = new QualityTip((peerId) => this.#panel.open(peerId))
    this.#beside = new Beside(speech, status)
    this.#tiles = new Tiles(speech, this.#codeCheck, {
      onChange: () => this.#refresh(),
      onScreen: ({ name }) => status.announce(speech.texts.sharesScreen(name), { seen: false }),
      onSpeaker: (tile) => this.#smallWindow.follow(tile),
    })
    this.#smallWindow = new SmallWindow(speech, status, () => this.#tiles.people)
    this.#mutedSpeech = new MutedSpeech(() => status.announce(speech.texts.mutedSpeech))
    new SelfMover(speech, status)
    bindOwnPicture('self', media)
    for (const slot of deviceSlots) bindToggle(slot, slot, media)
    media.on('change', () => this.#publish())
    this.#bindLeave()
    media.on('change', () => this.#refreshHelp())
    for (const type of ['online', 'offline'] as const) globalThis.addEventListener(type, () => this.#refresh())
    speech.on('change', (texts) => {
      if (!this.#help.hidden) this.#help.textContent = mediaHelpInCall(media, texts)
      this.#refresh()
    })
  }

  /** Shares the person's screen, or stops that. Must be called from a click or a key press. */
  toggleScreen(): Promise<void> {
    return this.#screenShare.toggle()
  }

  /** Opens the chat, or closes it. */
  toggleChat(): void {
    this.#beside.toggleChat()
  }

  /** Raises the person's hand, or lowers it. */
  toggleHand(): void {
    this.#beside.hands.toggle()
  }

  /** Shows a call from its beginning to its end. @param token  with which the person has come in */
  show(call: Call, token?: string): void {
    this.#call = call
    this.#lastLeft = undefined
    this.#published = { mic: null, camera: null }
    this.#shownAt = performance.now()
    // What was wrong before has been said in the lobby.
    this.#problems = problemsOf(this.#media)
    this.#invite.use(call.room, token)
    this.#arrivals.begin()
    this.#screenShare.use(call)
    this.#panel.use(call)
    this.#beside.use(call)
    find('self-initial', HTMLElement).textContent = call.self.name === undefined ? '' : initialOf(call.self.name)
    call.on('peer', (peer) => this.#welcome(peer))
    call.on('left', ({ peer, reason, replacedBy }) => {
      if (reason === 'replaced' && replacedBy !== undefined) this.#tiles.succeed(peer, replacedBy)
      else this.#dismiss(peer, reason === 'replaced' ? 'disconnected' : reason)
    })
    this.#host.use(call)
    this.#smallWindow.use(call)
    this.#fullScreen.use(call)
    call.on('host', () => this.#refresh())
    call.on('announcement', ({ text }) => text !== undefined && this.#status.announce(text))
    call.on('signaling', () => this.#refresh())
    // The call goes on; whoever watches the page's errors should know all the same.
    call.on('error', (error) => {
      reportError(error)
      const trouble = troubleOf(error)
      if (isNewsInCall(trouble)) this.#status.announce(sentenceOf(trouble, this.#speech.texts))
    })
    call.on('end', () => this.#clear())
    for (const peer of call.peers.values()) this.#welcome(peer)
    this.#wakeLock.begin()
    this.#publish()
    this.#refresh()
    find('leave', HTMLButtonElement).focus()
  }

  #bindLeave(): void {
    const leave = find('leave', HTMLButtonElement)
    ignoreHeldKeys(leave)
    leave.addEventListener('click', ({ detail }) => {
      // The second of a double Enter on Join lands here. 0: by keyboard.
      if (detail === 0 && performance.now() - this.#shownAt < doubleKeyMs) return
      this.#call?.leave()
    })
  }

  /** Says what is wrong with the own devices, once it has gone wrong in this call. */
  #refreshHelp(): void {
    const problems = problemsOf(this.#media)
    if (this.#call === undefined || problems === this.#problems) return
    this.#problems = problems
    const help = mediaHelpInCall(this.#media, this.#speech.texts)
    this.#help.textContent = help
    this.#help.hidden = help === ''
    clearTimeout(this.#helpTimer)
    if (help === '') return
    this.#status.announce(help, { seen: false })
    // The button goes on showing that the device is off; the sentence would only cover the picture.
    this.#helpTimer = setTimeout(() => (this.#help.hidden = true), helpForMs)
  }

  #welcome(peer: Peer): void {
    this.#lastLeft = undefined
    if (!this.#tiles.welcome(peer)) return
    this.#arrivals.joined(peer.id, peer.name, this.#tiles.people.length)
    this.#invite.showAlone(false)
  }

  #dismiss(peer: Peer, reason: Departure['reason']): void {
    this.#lastLeft = { name: peer.name, reason }
    this.#tiles.dismiss(peer)
    const others = this.#tiles.people.length
    this.#arrivals.left(peer.id, peer.name, reason, others)
    this.#invite.showAlone(others === 0)
  }

  #clear(): void {
    this.#call = undefined
    this.#tiles.clear()
    this.#arrivals.end()
    this.#screenShare.clear()
    this.#host.clear()
    this.#codeCheck.close()
    this.#beside.clear()
    this.#menu.close()
    this.#tip.close()
    this.#panel.clear()
    this.#mutedSpeech.listen(null)
    this.#wakeLock.end()
    this.#pill.show(undefined, this.#speech.texts)
    this.#help.hidden = true
    clearTimeout(this.#helpTimer)
  }

  #publish(): void {
    find('self-mic-off', SVGElement).toggleAttribute('hidden', this.#media.isOn('mic'))
    const call = this.#call
    if (call === undefined) return
    this.#mutedSpeech.listen(this.#media.isOn('mic') ? null : this.#media.track('mic'))
    for (const slot of deviceSlots) {
      const track = this.#media.track(slot)
      const change =
        track === this.#published[slot] ? call.mute(slot, track?.enabled === false) : call.publish(slot, track)
      this.#published[slot] = track
      change.catch(reportError)
    }
  }

  #refresh(): void {
    const call = this.#call
    if (call === undefined) return
    this.#tiles.onRemove = this.#host.remove
    this.#smallWindow.refresh()
    const { people } = this.#tiles
    this.#beside.hands.show(people)
    const summary = callState(people, this.#lastLeft)
    setState(summary.state)
    document.documentElement.dataset['signaling'] = call.signaling
    // Among several a tile goes on saying what is wrong with one of them.
    const isOnTile = people.length > 1 && people.some(({ state }) => state === 'live')
    this.#status.say(this.#sentence(summary), { passing: summary.state === 'connected' || isOnTile })
    setTitle(this.#title(summary))
    const service = people.length === 0 ? 'service-alone' : 'service'
    const away = call.signaling === 'reconnecting' ? service : undefined
    this.#pill.show(navigator.onLine ? away : 'offline', this.#speech.texts)
  }

  #sentence({ state, name, count }: CallState): string {
    const { texts } = this.#speech
    const { people } = this.#tiles
    switch (state) {
      case 'waiting':
        return texts.waiting
      case 'left':
        return this.#goodbye(name)
      case 'connecting':
        // Who has come has been announced, and the tile says that it is being connected.
        if (people.some((tile) => tile.state === 'live')) return texts.connected(undefined)
        return count > 1 ? texts.connectingSeveral : texts.connecting(name)
      case 'failed':
        if (count > 1) return texts.failedSeveral
        return people.some((tile) => tile.state === 'failed' && tile.wasLive)
          ? texts.brokenOff(name)
          : texts.failed(name)
      default:
        return texts[state](name)
    }
  }

  #goodbye(name: string | undefined): string {
    const { texts } = this.#speech
    const sentences = { left: texts.left, disconnected: texts.lost, kicked: texts.removed }
    return sentences[this.#lastLeft?.reason ?? 'left'](name)
  }

  #title({ state, name }: CallState): string {
    const { texts } = this.#speech
    switch (state) {
      case 'waiting':
      case 'left':
        return texts.titleWaiting
      case 'connecting':
        return texts.titleConnecting
      case 'connected':
        return texts.titleConnected(name)
      case 'unstable':
      case 'failed':
        return texts.titleUnstable
    }
  }
}
