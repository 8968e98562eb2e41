import type { DevicePanel } from './device-panel.js'
import { find } from './elements.js'
import { sentenceOf, standingTrouble, stateOf, write } from './join-notice.js'
import { isLanguage, type Speech } from './language.js'
import type { DeviceSlot, LocalMedia } from './local-media.js'
import { NetworkNotice } from './network-notice.js'
import { newRoomId, personOfFragment, roomOfFragment, tokenOfFragment } from './room-id.js'
import { recall, remember } from './settings.js'
import type { StatusLine } from './status-line.js'
import { languages } from './texts.js'
import { setTitle } from './title.js'
import { advice, type Trouble, troubleOf } from './trouble.js'
import { setState, setView } from './view.js'

/** What the person wants to join. */
export interface JoinRequest {
  readonly room: string
  readonly name: string | undefined
  /** What lets the person in, if the address had something. */
  readonly token: string | undefined
}

/** The screen before a call: room, name, devices. */
export class Lobby {
  readonly #media: LocalMedia
  readonly #devices: DevicePanel
  readonly #network: NetworkNotice
  readonly #speech: Speech
  readonly #status: StatusLine
  readonly #room = find('room', HTMLInputElement)
  readonly #name = find('name', HTMLInputElement)
  readonly #join = find('join', HTMLButtonElement)
  readonly #notice = find('lobby-notice', HTMLElement)
  #noticeOf: Trouble | undefined
  /** What was wanted last: without a network it waits for one. */
  #request: JoinRequest | undefined
  #isJoining = false
  /** There while a host is to let the person in; ends the waiting. */
  #stopKnocking: (() => void) | undefined

  /** @param onJoin  is told when the person joins; whatever comes of it is told by `fail`, or another screen */
  constructor(
    media: LocalMedia,
    devices: DevicePanel,
    speech: Speech,
    status: StatusLine,
    onJoin: (request: JoinRequest) => void,
  ) {
    this.#media = media
    this.#devices = devices
    this.#network = new NetworkNotice(speech, status)
    this.#speech = speech
    this.#status = status
    this.#name.value = personOfFragment(location.hash).name ?? recall('name') ?? ''
    this.#bindLanguage()
    this.#bindForm(onJoin)
    speech.on('change', () => this.#refresh())
    globalThis.addEventListener('hashchange', () => this.#readFragment())
    globalThis.addEventListener('offline', () => this.#isIdle && this.#setNotice('offline'))
    globalThis.addEventListener('online', () => this.#goOn(onJoin))
    find('reload', HTMLButtonElement).addEventListener('click', () => location.reload())
  }

  /**
   * Shows the lobby, and starts the devices.
   *
   * @param wanted  which of them; otherwise those that were wanted last
   */
  show(wanted?: Readonly<Record<DeviceSlot, boolean>>): void {
    setView('lobby')
    find('alert', HTMLElement).textContent = ''
    setTitle()
    this.#readFragment()
    this.#request = undefined
    this.#setNotice(standingTrouble())
    this.#setJoining(false)
    ;(this.#room.value === '' ? this.#room : this.#join).focus()
    this.#devices.show()
    this.#network.begin()
    void this.#media.open(wanted)
  }

  /** Shows that joining is under way. */
  begin(request: JoinRequest): void {
    this.#request = request
    this.#room.value = request.room
    this.#name.value = request.name ?? ''
    this.#setNotice(undefined)
    this.#setJoining(true)
    this.#network.end()
  }

  /** Says that a host is to let the person in. @param stop  ends the waiting */
  knock(stop: () => void): void {
    this.#stopKnocking = stop
    setState('knocking')
    this.#status.say(this.#speech.texts.knocking)
    this.#refresh()
  }

  /** The person does not want to wait any more. */
  stopWaiting(): void {
    this.#setJoining(false)
    this.#setNotice(undefined)
    this.#join.focus()
  }

  /** Says why joining did not succeed. */
  fail(error: unknown): void {
    this.#setJoining(false)
    this.#setNotice(troubleOf(error, navigator.onLine))
    this.#join.focus()
  }

  /** What only the lobby needs ends here. */
  leave(): void {
    this.#setJoining(false)
    this.#devices.hide()
  }

  #bindLanguage(): void {
    const select = find('language', HTMLSelectElement)
    for (const [tag, { own }] of Object.entries(languages)) {
      const option = new Option(own, tag)
      option.lang = tag
      select.append(option)
    }
    select.value = this.#speech.language
    select.addEventListener('change', () => {
      if (isLanguage(select.value)) this.#speech.use(select.value)
    })
  }

  #bindForm(onJoin: (request: JoinRequest) => void): void {
    find('new-room', HTMLButtonElement).addEventListener('click', () => {
      this.#room.value = newRoomId()
      this.#setNotice(undefined)
      this.#join.focus()
    })
    this.#room.addEventListener('input', () => {
      this.#request = undefined
      this.#setNotice(undefined)
    })
    find('join-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault()
      this.#stopKnocking?.()
      if (this.#isJoining) return
      const room = this.#room.value.trim()
      if (room === '') {
        this.#setNotice('room-missing')
        this.#room.focus()
        return
      }
      const name = this.#name.value.trim()
      remember('name', name)
      // An invitation is for the room that it came with.
      const token = room === roomOfFragment(location.hash) ? tokenOfFragment(location.hash) : undefined
      onJoin({ room, name: name === '' ? undefined : name, token })
    })
  }

  #readFragment(): void {
    const room = roomOfFragment(location.hash)
    if (room !== '') this.#room.value = room
  }

  #setJoining(isJoining: boolean): void {
    this.#isJoining = isJoining
    this.#stopKnocking = undefined
    if (isJoining) {
      setState('joining')
      this.#status.say(this.#speech.texts.joining)
    }
    this.#refresh()
  }

  /** Whether somebody is in the lobby who is not joining. */
  get #isIdle(): boolean {
    return !this.#isJoining && document.documentElement.dataset['view'] === 'lobby'
  }

  /** There is a network again: who wanted to join does. */
  #goOn(onJoin: (request: JoinRequest) => void): void {
    if (!this.#isIdle || this.#noticeOf !== 'offline') return
    const request = this.#request
    this.#setNotice(undefined)
    if (request !== undefined) onJoin(request)
  }

  #setNotice(notice: Trouble | undefined): void {
    this.#noticeOf = notice
    if (!this.#isJoining) setState(notice === undefined ? 'idle' : stateOf(notice))
    const isRoomWrong = notice === 'room-missing' || notice === 'room-invalid'
    if (isRoomWrong) this.#room.setAttribute('aria-invalid', 'true')
    else this.#room.removeAttribute('aria-invalid')
    this.#refresh()
    this.#status.say(notice === undefined ? '' : sentenceOf(notice, this.#speech.texts))
  }

  #refresh(): void {
    const { texts } = this.#speech
    const isKnocking = this.#stopKnocking !== undefined
    const action = this.#noticeOf === undefined ? 'none' : advice[this.#noticeOf].action
    const rest = action === 'try-again' ? texts.tryAgain : texts.join
    this.#join.textContent = isKnocking ? texts.stopWaiting : this.#isJoining ? texts.joining : rest
    this.#join.setAttribute('aria-disabled', String(this.#isJoining && !isKnocking))
    const waiting = find('lobby-waiting', HTMLElement)
    waiting.textContent = isKnocking ? texts.knocking : ''
    waiting.hidden = !isKnocking
    write(this.#notice, this.#noticeOf, texts)
    find('reload', HTMLButtonElement).hidden = action !== 'reload'
  }
}
