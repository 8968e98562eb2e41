import { connectMessage, type FrameReport, type FrameRequest, readyMessage } from './messages.js'

/** What the call page needs of a page that shows it in a frame (W3C Permissions Policy, `allow`). */
export const framePermissions =
  'camera; microphone; display-capture; fullscreen; autoplay; clipboard-write; screen-wake-lock; picture-in-picture'

/** The events of a `<signalbox-call>`. None of them bubbles. */
export interface SignalboxCallEvents {
  /** The person is in the room. */
  joined: CustomEvent<{ readonly room: string }>
  /** The person has left, or the frame is gone. */
  left: CustomEvent<undefined>
  /** The call has ended in another way; `code` is that of a `CallError`, such as `kicked`. */
  ended: CustomEvent<{ readonly code: string }>
}

/**
 * The call page as an element: `<signalbox-call src="https://calls.example/" room="tea">`. Attributes:
 *
 * - `src`    the address of the call page, with a slash at its end; not needed where the module comes from the service itself
 * - `room`   the room in its lobby; whoever is there can choose another one if there is none
 * - `name`   what the others are to see the person called
 * - `token`  a room token
 * - `lang`   of the page, `en` or `zh-CN`; otherwise as the browser prefers
 *
 * When one of them changes, the page is loaded anew, and a call that goes on is left. The service must name the origin of this page
 * in `frameAncestors`. What is given goes into the fragment of the frame's address, which is not sent to any server.
 */
export class SignalboxCall extends HTMLElement {
  static readonly observedAttributes = ['src', 'room', 'name', 'token', 'lang']
  /** Where the page is when `src` does not say. */
  static defaultSrc: string | undefined

  readonly #root = this.attachShadow({ mode: 'open' })
  #port: MessagePort | undefined
  /** Ends with the frame. */
  #listening: AbortController | undefined
  #isInCall = false
  #isDue = false

  constructor() {
    super()
    // By the CSSOM, as a policy of this page's may forbid styles in its text.
    const styles = new CSSStyleSheet()
    styles.replaceSync(
      ':host{display:block;min-block-size:360px}iframe{display:block;inline-size:100%;block-size:100%;min-block-size:inherit;border:0}',
    )
    this.#root.adoptedStyleSheets = [styles]
  }

  /** Leaves the call, if there is one: `left` tells when. */
  leave(): void {
    this.#ask({ type: 'leave' })
  }

  connectedCallback(): void {
    this.#load()
  }

  disconnectedCallback(): void {
    this.#unload()
  }

  attributeChangedCallback(_name: string, before: string | null, after: string | null): void {
    if (!this.isConnected || before === after || this.#isDue) return
    this.#isDue = true
    // Several at once are one change.
    queueMicrotask(() => {
      this.#isDue = false
      if (this.isConnected) this.#load()
    })
  }

  override addEventListener<Type extends keyof SignalboxCallEvents>(
    type: Type,
    listener: (this: SignalboxCall, event: SignalboxCallEvents[Type]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void
  override addEventListener<Type extends keyof HTMLElementEventMap>(
    type: Type,
    listener: (this: HTMLElement, event: HTMLElementEventMap[Type]) => unknown,
    options?: boolean | AddEventListenerOptions,
  ): void
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener, options)
  }

  #load(): void {
    this.#unload()
    const src = this.getAttribute('src') ?? SignalboxCall.defaultSrc
    if (src === undefined) throw new Error('<signalbox-call> needs a src: the address of the call page')
    const address = new URL(src, document.baseURI)
    const given = ['room', 'name', 'token', 'lang'].flatMap((key) => {
      const value = this.getAttribute(key)
      return value === null ? [] : [[key, value]]
    })
    address.hash = `${new URLSearchParams(given)}`
    const frame = document.createElement('iframe')
    frame.allow = framePermissions
    frame.title = this.title || 'Call'
    frame.src = address.href
    this.#listening = new AbortController()
    // More than once, as the page in it may be loaded anew by itself.
    const listen = ({ source, origin, data }: MessageEvent): void => {
      if (source === frame.contentWindow && origin === address.origin && data === readyMessage)
        this.#connect(frame, origin)
    }
    window.addEventListener('message', listen, { signal: this.#listening.signal })
    this.#root.append(frame)
  }

  #unload(): void {
    this.#listening?.abort()
    this.#port?.close()
    this.#port = undefined
    this.#root.replaceChildren()
    this.#end(new CustomEvent('left'))
  }

  #connect(frame: HTMLIFrameElement, origin: string): void {
    this.#port?.close()
    this.#end(new CustomEvent('left'))
    const { port1, port2 } = new MessageChannel()
    this.#port = port1
    port1.onmessage = ({ data }) => this.#hear(data)
    // The browser delivers it to a page of this origin only, so no other one gets hold of the channel.
    frame.contentWindow?.postMessage(connectMessage, origin, [port2])
  }

  #hear(report: FrameReport): void {
    switch (report.type) {
      case 'joined':
        this.#isInCall = true
        this.dispatchEvent(new CustomEvent('joined', { detail: { room: report.room } }))
        break
      case 'left':
        this.#end(new CustomEvent('left'))
        break
      case 'ended':
        this.#end(new CustomEvent('ended', { detail: { code: report.code } }))
    }
  }

  #end(event: CustomEvent): void {
    if (!this.#isInCall) return
    this.#isInCall = false
    this.dispatchEvent(event)
  }

  #ask(request: FrameRequest): void {
    this.#port?.postMessage(request)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'signalbox-call': SignalboxCall
  }
}

/** Makes the element known to the page; once, whoever else does it, too. */
export function defineSignalboxCall(): void {
  if (customElements.get('signalbox-call') === undefined) customElements.define('signalbox-call', SignalboxCall)
}
