/**
 * An element of index.html, with its type checked.
 *
 * @throws Error when index.html and the code do not fit together
 */
export function find<Type extends Element>(id: string, type: new () => Type): Type {
  const element = document.getElementById(id)
  if (element instanceof type) return element
  throw new Error(`index.html has no ${type.name} with the id ${id}`)
}

/** Makes an element with a class and children. Text only ever gets in as text. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag)
  element.className = className
  element.append(...children)
  return element
}

/** An icon out of the symbols of index.html. Decoration: whatever it means is said in words beside it. */
export function icon(name: string): SVGSVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('class', 'icon')
  svg.setAttribute('aria-hidden', 'true')
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use')
  use.setAttribute('href', `#icon-${name}`)
  svg.append(use)
  return svg
}

/** Moves the focus to the way out of the call, where it is inside something that is about to go: it must not get lost. */
export function keepFocus(vanishing: Element): void {
  if (vanishing.contains(document.activeElement)) find('leave', HTMLButtonElement).focus()
}

/**
 * Ignores a key that is held down on a button: each repeat would be a click, also on the button that the first click has
 * brought under the focus.
 */
export function ignoreHeldKeys(button: HTMLButtonElement): void {
  button.addEventListener('keydown', (event) => {
    if (event.repeat && (event.key === 'Enter' || event.key === ' ')) event.preventDefault()
  })
}
