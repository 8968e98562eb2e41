import { connectMessage, type FrameReport, readyMessage } from '../embed/messages.js'
import type { Call } from '../sdk/index.js'

/**
 * Tells the page that shows this one in a frame, if it is a `<signalbox-call>`, how its call goes, and does what it asks. Who may show
 * it the browser has found out by then (`frame-ancestors`); only from there, and through the channel that came from there, is
 * anything heard.
 */
export class Embedding {
  #port: MessagePort | undefined
  #call: Call | undefined

  constructor() {
    if (window.parent === window) return
    globalThis.addEventListener('message', ({ source, data, ports: [port] }) => {
      if (source !== window.parent || data !== connectMessage || port === undefined) return
      this.#port?.close()
      this.#port = port
      port.onmessage = ({ data }) => {
        if (Reflect.get(Object(data), 'type') === 'leave') this.#call?.leave()
      }
      if (this.#call !== undefined) this.#tell({ type: 'joined', room: this.#call.room })
    })
    // To whatever origin that is, as it is not known before it answers.
    window.parent.postMessage(readyMessage, '*')
  }

  /** A call has begun. */
  begin(call: Call): void {
    this.#call = call
    this.#tell({ type: 'joined', room: call.room })
    call.on('end', ({ reason }) => {
      this.#call = undefined
      this.#tell(reason === 'left' ? { type: 'left' } : { type: 'ended', code: reason.code })
    })
  }

  #tell(report: FrameReport): void {
    this.#port?.postMessage(report)
  }
}
