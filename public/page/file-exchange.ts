import type { Call, IncomingFile, Peer } from '../sdk/index.js'
import type { ChatPanel } from './chat-panel.js'
import type { Delivery } from './delivery.js'
import { find } from './elements.js'
import { sizeIn } from './formats.js'
import type { Speech } from './language.js'
import { OfferedFile } from './offered-file.js'
import { OutgoingFile } from './outgoing-file.js'
import type { StatusLine } from './status-line.js'
import { UnloadGuard } from './unload-guard.js'

/** So many files may wait for an answer, from each person; more would bury the chat. */
const maxUnanswered = 10

/** Files that people in a call offer each other, in the chat: chosen, pasted, or dropped on the page. */
export class FileExchange {
  readonly #speech: Speech
  readonly #status: StatusLine
  readonly #panel: ChatPanel
  readonly #guard = new UnloadGuard()
  readonly #input = find('chat-files', HTMLInputElement)
  readonly #hint = find('drop-hint', HTMLElement)
  #call: Call | undefined
  #sent: OutgoingFile[] = []
  /** What was offered, by whoever has offered it. */
  #offers = new Map<Peer, OfferedFile[]>()

  constructor(speech: Speech, status: StatusLine, panel: ChatPanel) {
    this.#speech = speech
    this.#status = status
    this.#panel = panel
    find('offer-file', HTMLButtonElement).addEventListener('click', () => this.#input.click())
    this.#input.addEventListener('change', () => {
      this.#offer([...(this.#input.files ?? [])])
      // The same file can be chosen again.
      this.#input.value = ''
    })
    panel.field.addEventListener('paste', (event) => {
      const { clipboardData } = event
      // What office programs copy is both, and text is what one wants in a message.
      if (clipboardData === null || clipboardData.files.length === 0 || clipboardData.types.includes('text/plain'))
        return
      event.preventDefault()
      this.#offer([...clipboardData.files])
    })
    this.#bindDrop()
  }

  /** A call begins. */
  use(call: Call): void {
    this.#call = call
    call.on('file', ({ from, file }) => this.#receive(from, file))
    call.on('left', ({ peer, replacedBy }) => {
      for (const file of this.#sent) file.hearLeft(peer, replacedBy)
      this.#offers.delete(peer)
    })
  }

  /** The call is over. */
  clear(): void {
    this.#call = undefined
    this.#sent = []
    this.#offers.clear()
    this.#hint.hidden = true
  }

  #bindDrop(): void {
    const isOfFiles = ({ dataTransfer }: DragEvent): boolean =>
      this.#call !== undefined && dataTransfer?.types.includes('Files') === true
    for (const type of ['dragenter', 'dragover'] as const) {
      document.addEventListener(type, (event) => {
        if (!isOfFiles(event)) return
        // Otherwise the browser would show the file in the place of the call.
        event.preventDefault()
        this.#hint.hidden = false
      })
    }
    document.addEventListener('dragleave', ({ relatedTarget }) => {
      if (relatedTarget === null) this.#hint.hidden = true
    })
    document.addEventListener('drop', (event) => {
      this.#hint.hidden = true
      if (!isOfFiles(event) || event.dataTransfer === null) return
      event.preventDefault()
      const { items, files } = event.dataTransfer
      const hasFolder = Array.from(items).some((item) => item.webkitGetAsEntry()?.isDirectory)
      if (hasFolder) this.#say(this.#speech.texts.noFolders)
      else this.#offer([...files])
    })
  }

  #offer(files: readonly File[]): void {
    const call = this.#call
    if (call === undefined || files.length === 0) return
    const { texts } = this.#speech
    const peers = [...call.peers.values()]
    const unanswered = this.#sent.filter((file) => file.unanswered > 0).length
    this.#panel.open()
    if (peers.length === 0) this.#say(texts.nobodyToTake)
    else if (unanswered + files.length > maxUnanswered) this.#say(texts.tooManyFiles)
    else for (const file of files) this.#send(file, peers)
  }

  #send(file: File, peers: readonly Peer[]): void {
    const card = new OutgoingFile(file, peers, this.#speech, {
      onChange: (delivery) => {
        this.#guard.hold(card, card.isSending)
        this.#announce(delivery)
      },
      onVanish: (button) => this.#panel.keepFocus(button),
    })
    this.#sent.push(card)
    card.onDispose(() => this.#forget(card))
    this.#panel.add(card)
    card.start()
  }

  #forget(card: OutgoingFile): void {
    this.#guard.hold(card, false)
    this.#sent = this.#sent.filter((file) => file !== card)
  }

  #announce({ state, name }: Delivery): void {
    if (this.#call === undefined) return
    const { texts } = this.#speech
    if (state === 'done') this.#say(texts.fileReached(name))
    else if (state === 'refused') this.#say(texts.fileRefused(name))
    else if (state === 'failed' || state === 'channel-closed') this.#say(texts.fileLost(name))
  }

  #receive(from: Peer, file: IncomingFile): void {
    const offers = this.#offers.get(from) ?? []
    const open = offers.filter(({ state }) => state === 'offered' || state === 'tooLarge')
    if (open.length >= maxUnanswered) {
      file.refuse()
      return
    }
    const card = new OfferedFile(file, from.name, this.#speech, {
      onChange: () => {
        this.#guard.hold(card, card.state === 'receiving')
        this.#tell(card)
      },
      onVanish: (button) => this.#panel.keepFocus(button),
    })
    card.onDispose(() => this.#guard.hold(card, false))
    this.#offers.set(from, [...open, card])
    this.#panel.add(card)
    const { texts, language } = this.#speech
    this.#say(`${texts.offersFile(from.name)} ${file.name} (${sizeIn(language, file.size)})`)
  }

  #tell({ state, name }: OfferedFile): void {
    if (this.#call === undefined) return
    const { texts } = this.#speech
    if (state === 'saved' || state === 'kept') this.#say(texts.fileArrived(name))
    else if (state === 'failed' || state === 'unwritable') this.#say(texts.fileBroke(name))
  }

  /** What the open panel shows need not be shown twice. */
  #say(sentence: string): void {
    this.#status.announce(sentence, { seen: !this.#panel.isOpen })
  }
}
