import { type Call, type Peer, type Slot, slots } from '../sdk/index.js'
import { type CallState, callState } from './call-state.js'
import { find, ignoreHeldKeys } from './elements.js'
import { Invite } from './invite.js'
import type { Speech } from './language.js'
import type { LocalMedia } from './local-media.js'
import { mediaHelp, problemsOf } from './media-help.js'
import { bindOwnPicture, bindToggle } from './self-view.js'
import type { StatusLine } from './status-line.js'
import { initialOf, Tile } from './tile.js'
import { setState } from './view.js'

/** A second press within this time belongs to the first. */
const doubleKeyMs = 500
/** What is wrong with the own devices has been read by then. */
const helpForMs = 15_000

interface Departure {
  readonly name: string | undefined
  readonly reason: 'left' | 'disconnected'
}

/** The screen of a call: shows one `Call` after the other, and publishes the person's own devices in it. */
export class CallScreen {
  readonly #media: LocalMedia
  readonly #speech: Speech
  readonly #status: StatusLine
  readonly #invite: Invite
  readonly #container = find('tiles', HTMLElement)
  readonly #pill = find('pill', HTMLElement)
  readonly #help = find('call-help', HTMLElement)
  readonly #tiles = new Map<string, Tile>()
  #published: Record<Slot, MediaStreamTrack | null> = { mic: null, camera: null }
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
    bindOwnPicture('self', media)
    for (const slot of slots) bindToggle(slot, slot, media)
    media.on('change', () => this.#publish())
    this.#bindLeave()
    media.on('change', () => this.#refreshHelp())
    speech.on('change', (texts) => {
      for (const tile of this.#tiles.values()) tile.speak(texts)
      if (!this.#help.hidden) this.#help.textContent = mediaHelp(media, texts)
      this.#refresh()
    })
  }

  /** Shows a call from its beginning to its end. */
  show(call: Call): void {
    this.#call = call
    this.#lastLeft = undefined
    this.#published = { mic: null, camera: null }
    this.#shownAt = performance.now()
    // What was wrong before has been said in the lobby.
    this.#problems = problemsOf(this.#media)
    this.#invite.use(call.room)
    find('self-initial', HTMLElement).textContent = call.self.name === undefined ? '' : initialOf(call.self.name)
    call.on('peer', (peer) => this.#welcome(peer))
    call.on('left', ({ peer, reason, replacedBy }) => {
      if (reason === 'replaced' && replacedBy !== undefined) this.#succeed(peer, replacedBy)
      else this.#dismiss(peer, reason === 'left' ? 'left' : 'disconnected')
    })
    call.on('signaling', () => this.#refresh())
    // The call goes on; whoever watches the page's errors should know all the same.
    call.on('error', (error) => reportError(error))
    call.on('end', () => this.#clear())
    for (const peer of call.peers.values()) this.#welcome(peer)
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
    const help = mediaHelp(this.#media, this.#speech.texts)
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
    if (this.#tiles.has(peer.id)) return
    const tile = new Tile(peer, this.#speech.texts)
    this.#tiles.set(peer.id, tile)
    this.#container.append(tile.element)
    this.#watch(peer)
    this.#arrange()
  }

  #succeed(peer: Peer, successor: Peer): void {
    const tile = this.#tiles.get(peer.id)
    if (tile === undefined) return
    this.#tiles.delete(peer.id)
    this.#tiles.set(successor.id, tile)
    tile.replace(successor)
    this.#watch(successor)
    this.#arrange()
  }

  #dismiss(peer: Peer, reason: Departure['reason']): void {
    this.#tiles.get(peer.id)?.dispose()
    this.#tiles.delete(peer.id)
    this.#lastLeft = { name: peer.name, reason }
    this.#arrange()
  }

  #watch(peer: Peer): void {
    // After the tile's own listener, which decides what the state means for the person.
    peer.on('state', () => this.#refresh())
  }

  #arrange(): void {
    const tiles = [...this.#tiles.values()]
    this.#container.dataset['count'] = String(tiles.length)
    for (const [index, { video }] of tiles.entries()) video.id = index === 0 ? 'remote' : `remote-${index + 1}`
    this.#invite.showAlone(tiles.length === 0)
    this.#refresh()
  }

  #clear(): void {
    for (const tile of this.#tiles.values()) tile.dispose()
    this.#tiles.clear()
    this.#call = undefined
    this.#pill.hidden = true
    this.#help.hidden = true
    clearTimeout(this.#helpTimer)
  }

  #publish(): void {
    find('self-mic-off', SVGElement).toggleAttribute('hidden', this.#media.isOn('mic'))
    const call = this.#call
    if (call === undefined) return
    for (const slot of slots) {
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
    const summary = callState([...this.#tiles.values()], this.#lastLeft)
    setState(summary.state)
    document.documentElement.dataset['signaling'] = call.signaling
    this.#status.say(this.#sentence(summary), { passing: summary.state === 'connected' })
    document.title = this.#title(summary)
    const isAway = call.signaling === 'reconnecting'
    const { texts } = this.#speech
    const pill = this.#tiles.size === 0 ? texts.reconnectingAlone : texts.reconnecting
    if (isAway && this.#pill.hidden) this.#status.announce(pill, { seen: false })
    this.#pill.hidden = !isAway
    this.#pill.textContent = isAway ? pill : ''
  }

  #sentence({ state, name }: CallState): string {
    const { texts } = this.#speech
    if (state === 'waiting') return texts.waiting
    if (state === 'failed' && this.#isBrokenOff()) return texts.brokenOff(name)
    if (state === 'left' && this.#lastLeft?.reason === 'disconnected') return texts.lost(name)
    return texts[state](name)
  }

  #isBrokenOff(): boolean {
    return [...this.#tiles.values()].some((tile) => tile.state === 'failed' && tile.wasLive)
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
