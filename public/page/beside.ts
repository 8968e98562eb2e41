import type { Call } from '../sdk/index.js'
import { Chat } from './chat.js'
import { ChatPanel } from './chat-panel.js'
import { FileExchange } from './file-exchange.js'
import type { Speech } from './language.js'
import { RaisedHands } from './raised-hands.js'
import type { StatusLine } from './status-line.js'

/** What goes beside the talk: messages, files, and raised hands. */
export class Beside {
  readonly hands: RaisedHands
  readonly #panel: ChatPanel
  readonly #chat: Chat
  readonly #files: FileExchange
  #isInCall = false

  constructor(speech: Speech, status: StatusLine) {
    this.hands = new RaisedHands(speech, status)
    this.#panel = new ChatPanel(speech)
    this.#chat = new Chat(speech, status, this.#panel)
    this.#files = new FileExchange(speech, status, this.#panel)
  }

  /** A call begins. */
  use(call: Call): void {
    this.#isInCall = true
    this.hands.use(call)
    this.#chat.use(call)
    this.#files.use(call)
  }

  /** The call is over. */
  clear(): void {
    this.#isInCall = false
    this.hands.clear()
    this.#files.clear()
    this.#chat.clear()
    this.#panel.clear()
  }

  /** Opens the chat, or closes it; outside a call nothing happens. */
  toggleChat(): void {
    if (this.#isInCall) this.#panel.toggle()
  }
}
