import { find } from './elements.js'
import type { Speech } from './language.js'
import { recall, remember } from './settings.js'
import type { StatusLine } from './status-line.js'

/** Where the person can put the own picture; clockwise, so that each click leads to the next one. */
const corners = ['bottom-right', 'bottom-left', 'top-left', 'top-right'] as const

/** One of them. */
type Corner = (typeof corners)[number]

/** A shorter way is a click with an unsteady hand. */
const leastDragPx = 8

/** Lets the person put the own picture out of the way: by dragging it, with the arrow keys, or by clicks. */
export class SelfMover {
  readonly #speech: Speech
  readonly #status: StatusLine
  readonly #stage = find('tiles', HTMLElement)
  readonly #own = find('self-tile', HTMLElement)
  readonly #handle = find('move-self', HTMLButtonElement)
  /** Where the person has put it; before that it is where the lines end. */
  #chosen: Corner | undefined
  #isDragged = false

  constructor(speech: Speech, status: StatusLine) {
    this.#speech = speech
    this.#status = status
    const chosen = corners.find((corner) => corner === recall('self-corner'))
    if (chosen !== undefined) this.#put(chosen)
    this.#handle.addEventListener('pointerdown', (event) => this.#drag(event))
    this.#handle.addEventListener('click', () => {
      // The end of a drag is a click as well.
      if (!this.#isDragged) this.#move(corners[(corners.indexOf(this.#corner) + 1) % corners.length])
      this.#isDragged = false
    })
    this.#handle.addEventListener('keydown', (event) => {
      const corner = cornerTowards(this.#corner, event.key)
      if (corner === undefined) return
      event.preventDefault()
      this.#move(corner)
    })
  }

  #drag({ pointerId, clientX: fromX, clientY: fromY, button }: PointerEvent): void {
    if (button !== 0) return
    const done = new AbortController()
    const { signal } = done
    this.#isDragged = false
    this.#handle.setPointerCapture(pointerId)
    this.#handle.addEventListener(
      'pointermove',
      ({ clientX, clientY }) => {
        const [right, down] = [clientX - fromX, clientY - fromY]
        if (Math.hypot(right, down) >= leastDragPx) this.#isDragged = true
        if (this.#isDragged) this.#own.style.transform = `translate(${right}px, ${down}px)`
      },
      { signal },
    )
    const end = (): void => {
      done.abort()
      if (this.#isDragged) this.#move(this.#nearest())
      this.#own.style.removeProperty('transform')
    }
    this.#handle.addEventListener('pointerup', end, { signal })
    this.#handle.addEventListener('pointercancel', end, { signal })
  }

  #nearest(): Corner {
    const [stage, own] = [this.#stage.getBoundingClientRect(), this.#own.getBoundingClientRect()]
    const isLeft = own.left + own.right < stage.left + stage.right
    const isTop = own.top + own.bottom < stage.top + stage.bottom
    return cornerOf(isTop, isLeft)
  }

  #move(corner: Corner | undefined): void {
    if (corner === undefined || corner === this.#corner) return
    remember('self-corner', corner)
    this.#put(corner)
    this.#status.announce(this.#speech.texts.corners[corner], { seen: false })
  }

  get #corner(): Corner {
    if (this.#chosen !== undefined) return this.#chosen
    return getComputedStyle(this.#stage).direction === 'rtl' ? 'bottom-left' : 'bottom-right'
  }

  #put(corner: Corner): void {
    this.#chosen = corner
    this.#stage.dataset['corner'] = corner
  }
}

/** Where a key leads from a corner; undefined for one that is no arrow. */
function cornerTowards(corner: Corner, key: string): Corner | undefined {
  const [isTop, isLeft] = [corner.startsWith('top'), corner.endsWith('left')]
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowRight':
      return cornerOf(isTop, key === 'ArrowLeft')
    case 'ArrowUp':
    case 'ArrowDown':
      return cornerOf(key === 'ArrowUp', isLeft)
    default:
      return undefined
  }
}

function cornerOf(isTop: boolean, isLeft: boolean): Corner {
  if (isTop) return isLeft ? 'top-left' : 'top-right'
  return isLeft ? 'bottom-left' : 'bottom-right'
}
