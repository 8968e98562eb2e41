import { icon, ignoreHeldKeys, make } from './elements.js'
import { sizeIn } from './formats.js'
import type { Speech } from './language.js'
import { type Author, LogEntry } from './log-entry.js'

/** A file in the chat: its name and size; what becomes of it is put below. */
export class FileCard extends LogEntry {
  readonly content: HTMLElement

  constructor(speech: Speech, author: Author, { name, size }: { readonly name: string; readonly size: number }) {
    const bytes = make('span', 'file-size')
    const head = make('div', 'file-head', icon('file'), make('bdi', 'file-name', name), bytes)
    const content = make('div', 'file', head)
    super(speech, author, content)
    this.content = content
    // What moves in it would be read out again and again; what comes of it is announced.
    this.element.setAttribute('aria-live', 'off')
    this.says((_, language) => {
      bytes.textContent = sizeIn(language, size)
    })
  }
}

/** A button of a card. */
export function cardButton(className: string, act: () => void): HTMLButtonElement {
  const button = make('button', className)
  button.type = 'button'
  button.addEventListener('click', act)
  ignoreHeldKeys(button)
  return button
}

/** Writes what is on a button, and what it is called where there are several like it. */
export function label(button: HTMLButtonElement, text: string, name: string): void {
  button.textContent = text
  button.setAttribute('aria-label', name)
}

/** How far a transfer is. */
export function showProgress(bar: HTMLProgressElement, doneBytes: number, totalBytes: number): void {
  bar.max = Math.max(1, totalBytes)
  bar.value = totalBytes === 0 ? 1 : doneBytes
}
