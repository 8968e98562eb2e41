/** What a listener can be given besides its function. */
export interface ListenOptions {
  /** Ends the listening when it aborts. */
  readonly signal?: AbortSignal
  /** Hears one event and no more. */
  readonly once?: boolean
}

/**
 * An `EventTarget` whose event names and details are typed. Every event is a `CustomEvent`; what it carries is in `detail`.
 *
 * @typeParam Events  an interface: event name to the type of its detail
 */
export class Emitter<Events extends object> extends EventTarget {
  /** As in any `EventTarget`, with the type of the event. */
  override addEventListener<Type extends keyof Events & string>(
    type: Type,
    listener: ((event: CustomEvent<Events[Type]>) => void) | EventListenerObject | null,
    options?: AddEventListenerOptions | boolean,
  ): void {
    // The platform's type knows no detail; every event of this target is made by `emit`, which is typed.
    super.addEventListener(type, listener as EventListenerOrEventListenerObject | null, options)
  }

  /** As in any `EventTarget`. */
  override removeEventListener<Type extends keyof Events & string>(
    type: Type,
    listener: ((event: CustomEvent<Events[Type]>) => void) | EventListenerObject | null,
    options?: EventListenerOptions | boolean,
  ): void {
    super.removeEventListener(type, listener as EventListenerOrEventListenerObject | null, options)
  }

  /**
   * Listens, and is given the detail instead of the event.
   *
   * @param listener  an error it throws is reported to the page, as in any `EventTarget`, and stops nobody else
   * @returns         ends the listening; calling it twice is harmless
   */
  on<Type extends keyof Events & string>(
    type: Type,
    listener: (detail: Events[Type]) => void,
    options: ListenOptions = {},
  ): () => void {
    const hear = (event: CustomEvent<Events[Type]>): void => listener(event.detail)
    this.addEventListener(type, hear, options)
    return () => this.removeEventListener(type, hear)
  }

  /** Tells the listeners, before it returns. */
  protected emit<Type extends keyof Events & string>(type: Type, detail: Events[Type]): void {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}
