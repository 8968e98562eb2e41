import { CallError } from './call-error.js'
import { Emitter } from './emitter.js'
import { type SendFileOptions, sendFile } from './file-sender.js'
import { type IncomingFile, receiveFile } from './incoming-file.js'
import { MessageLink } from './message-link.js'

const fileLabel = 'signalbox.file'
const messagesLabel = 'signalbox.messages'
/** Fixed, as that of the control channel; see there. */
const messagesId = 1001
/** Labels that begin so are this SDK's own. */
const reserved = 'signalbox.'

/** What `PeerChannels` tell. */
export interface PeerChannelsEvents {
  message: unknown
  file: IncomingFile
  channel: RTCDataChannel
}

/** Data to and from one peer: messages, which outlive a connection, and files and channels, which belong to one. */
export class PeerChannels extends Emitter<PeerChannelsEvents> {
  readonly #messages = new MessageLink()
  #pc: RTCPeerConnection

  constructor(pc: RTCPeerConnection) {
    super()
    this.#pc = pc
    this.#messages.on('message', (data) => this.emit('message', data))
    this.use(pc)
  }

  /** Goes on with another connection. */
  use(pc: RTCPeerConnection): void {
    this.#pc = pc
    this.#messages.use(pc.createDataChannel(messagesLabel, { negotiated: true, id: messagesId }))
    pc.addEventListener('datachannel', ({ channel }) => void this.#receive(channel))
  }

  /** @throws TypeError, CallError `message-too-big` or `backlog-full` */
  send(data: unknown): void {
    this.#messages.send(data)
  }

  /** @throws TypeError for a reserved label, CallError `aborted` or `channel-closed` */
  async open(label: string, init: RTCDataChannelInit, signal: AbortSignal | undefined): Promise<RTCDataChannel> {
    if (label.startsWith(reserved)) throw new TypeError(`labels that begin with ${reserved} are taken`)
    return await this.#open(label, init, signal)
  }

  /** @throws CallError as `sendFile` of `Peer` */
  async sendFile(file: Blob & { readonly name?: string }, options: SendFileOptions): Promise<void> {
    const channel = await this.#open(fileLabel, {}, options.signal)
    await sendFile(channel, file, options)
  }

  /** @returns how many messages have not arrived, as far as is known */
  close(): number {
    return this.#messages.close()
  }

  #open(label: string, init: RTCDataChannelInit, signal: AbortSignal | undefined): Promise<RTCDataChannel> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new CallError('aborted', undefined, { cause: signal.reason }))
      if (this.#pc.signalingState === 'closed') return reject(new CallError('channel-closed'))
      const channel = this.#pc.createDataChannel(label, init)
      const done = new AbortController()
      const listening = { signal: done.signal }
      const fail = (error: CallError): void => {
        done.abort()
        channel.close()
        reject(error)
      }
      channel.addEventListener('close', () => fail(new CallError('channel-closed')), listening)
      signal?.addEventListener(
        'abort',
        () => fail(new CallError('aborted', undefined, { cause: signal.reason })),
        listening,
      )
      const succeed = (): void => {
        done.abort()
        resolve(channel)
      }
      channel.addEventListener('open', succeed, listening)
    })
  }

  async #receive(channel: RTCDataChannel): Promise<void> {
    if (channel.label === fileLabel) {
      const file = await receiveFile(channel)
      if (file !== undefined) this.emit('file', file)
    } else if (!channel.label.startsWith(reserved)) {
      this.emit('channel', channel)
    }
  }
}
