/**
 * Runs an action for a single key, where the person is not typing and no screen reader or browser key is meant.
 *
 * @param actions   by key, in small letters
 * @param isActive  whether the keys count now
 */
export function bindShortcuts(actions: Readonly<Record<string, () => void>>, isActive: () => boolean): void {
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !isActive() || isTyping(event.target)) return
    actions[event.key.toLowerCase()]?.()
  })
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, select, textarea, [contenteditable]') !== null
}
