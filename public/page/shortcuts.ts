import { recall, remember } from './settings.js'

/** Whether single keys count. They can be switched off: speech input and stray fingers press them unmeant. */
export function areShortcutsOn(): boolean {
  return recall('shortcuts') !== 'off'
}

/** Switches the single keys on or off, and remembers it. */
export function switchShortcuts(isOn: boolean): void {
  remember('shortcuts', isOn ? 'on' : 'off')
  announceShortcuts()
}

// What assistive technology says of a key must be true.
function announceShortcuts(): void {
  for (const element of document.querySelectorAll<HTMLElement>('[data-key]')) {
    if (areShortcutsOn()) element.setAttribute('aria-keyshortcuts', element.dataset['key'] ?? '')
    else element.removeAttribute('aria-keyshortcuts')
  }
}

/**
 * Runs an action for a single key, where the person is not typing and no screen reader or browser key is meant.
 *
 * @param actions   by key, in small letters
 * @param isActive  whether the keys count now
 */
export function bindShortcuts(actions: Readonly<Record<string, () => void>>, isActive: () => boolean): void {
  announceShortcuts()
  document.addEventListener('keydown', (event) => {
    if (!areShortcutsOn()) return
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !isActive() || isTyping(event.target)) return
    const action = actions[event.key.toLowerCase()]
    if (action === undefined) return
    // What the action gives the focus to is not to be typed into.
    event.preventDefault()
    action()
  })
}

/** Whether a key that is pressed there is a letter of a text, or belongs to a field. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, select, textarea, [contenteditable]') !== null
}
