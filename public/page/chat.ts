import { type Call, CallError, type Peer } from '../sdk/index.js'
import { type ChatMessage, maxChatLength, textOfMessage, tidy } from './chat-message.js'
import { newsOf, type WrittenMessage } from './chat-news.js'
import type { ChatPanel } from './chat-panel.js'
import { find, make } from './elements.js'
import type { Speech } from './language.js'
import { partsOf } from './links.js'
import { LogEntry } from './log-entry.js'
import type { StatusLine } from './status-line.js'

/** What comes within this time is one announcement. */
const coalesceMs = 600

/** What people write to each other during a call. */
export class Chat {
  readonly #speech: Speech
  readonly #status: StatusLine
  readonly #panel: ChatPanel
  readonly #notice = find('chat-notice', HTMLElement)
  #call: Call | undefined
  #room: string | undefined
  #news: WrittenMessage[] = []
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(speech: Speech, status: StatusLine, panel: ChatPanel) {
    this.#speech = speech
    this.#status = status
    this.#panel = panel
    const { field } = panel
    find('chat-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault()
      this.#submit()
    })
    field.addEventListener('keydown', (event) => {
      // The Enter that takes what an input method proposes; 229 where a browser says so after it has ended.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return
      event.preventDefault()
      // A key that is held down would send what is typed after it.
      if (!event.repeat) this.#submit()
    })
    field.addEventListener('input', () => this.#review())
  }

  /** A call begins. What one had not sent yet is still there, if it is the same room. */
  use(call: Call): void {
    if (call.room !== this.#room) this.#empty()
    this.#room = call.room
    this.#call = call
    call.on('message', ({ from, data }) => {
      const text = textOfMessage(data)
      if (text !== undefined) this.#receive(from.name, text)
    })
    call.on('error', ({ code }) => {
      if (code !== 'undelivered') return
      this.#note(this.#speech.texts.undelivered)
    })
  }

  /** The call is over. */
  clear(): void {
    this.#call = undefined
    this.#news = []
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#note('')
  }

  #submit(): void {
    const call = this.#call
    const text = tidy(this.#panel.field.value)
    if (call === undefined || text === '') return
    const { texts } = this.#speech
    if (text.length > maxChatLength) {
      this.#note(texts.tooLong(String(text.length - maxChatLength)))
      return
    }
    const peers = [...call.peers.values()]
    const missed = peers.filter((peer) => !this.#isTaken(peer, text))
    if (missed.length === peers.length) {
      // It stays where it was typed.
      this.#note(peers.length === 0 ? texts.nobodyToRead : texts.waitsTooMuch)
      return
    }
    this.#empty()
    this.#show(text, { name: undefined, isSelf: true }, missed)
  }

  /** @returns false where it has to be sent again; to who is gone nothing can be sent */
  #isTaken(peer: Peer, text: string): boolean {
    try {
      this.#call?.send({ type: 'chat', text } satisfies ChatMessage, peer)
      return true
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      return error.code === 'channel-closed'
    }
  }

  #receive(name: string | undefined, text: string): void {
    this.#show(text, { name, isSelf: false })
    // The log is a live region itself.
    if (this.#panel.isOpen) return
    this.#news.push({ name, text })
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#status.announce(newsOf(this.#news, this.#speech.texts))
      this.#news = []
    }, coalesceMs)
  }

  #show(text: string, author: ConstructorParameters<typeof LogEntry>[1], missed: readonly Peer[] = []): void {
    const body = make('p', 'entry-text', ...partsOf(text).map(({ text, href }) => (href ? linkTo(href, text) : text)))
    body.dir = 'auto'
    const entry = new LogEntry(this.#speech, author, body)
    if (missed.length > 0) this.#offerAgain(entry, text, missed)
    this.#panel.add(entry)
  }

  #offerAgain(entry: LogEntry, text: string, peers: readonly Peer[]): void {
    let missed = peers
    const sentence = make('p', 'entry-problem')
    const again = make('button', 'quiet')
    again.type = 'button'
    const write = (): void => {
      const { texts, language } = this.#speech
      const names = missed.map(({ name }) => name ?? texts.somebody)
      sentence.textContent = texts.notReached(new Intl.ListFormat(language).format(names))
      again.textContent = texts.sendAgain
    }
    again.addEventListener('click', () => {
      missed = missed.filter((peer) => !this.#isTaken(peer, text))
      write()
      if (missed.length > 0) return
      this.#panel.keepFocus(again)
      sentence.remove()
      again.remove()
    })
    entry.says(write)
    entry.element.append(sentence, again)
  }

  #empty(): void {
    this.#panel.field.value = ''
    this.#review()
  }

  /** Says at once what is too long; everything else that was said of the message before is over. */
  #review(): void {
    const { field } = this.#panel
    field.style.height = 'auto'
    field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`
    const over = tidy(field.value).length - maxChatLength
    this.#write(over > 0 ? this.#speech.texts.tooLong(String(over)) : '')
  }

  #note(sentence: string): void {
    this.#write(sentence)
    if (sentence !== '') this.#status.announce(sentence, { seen: !this.#panel.isOpen })
  }

  #write(sentence: string): void {
    this.#notice.textContent = sentence
    this.#notice.hidden = sentence === ''
  }
}

function linkTo(href: string, text: string): HTMLAnchorElement {
  const link = make('a', 'entry-link', text)
  link.href = href
  link.target = '_blank'
  link.rel = 'noopener noreferrer'
  return link
}
