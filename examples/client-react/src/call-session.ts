import { type Call, CallError, join, openMedia, type Peer, type PeerState, type Slot } from 'signalbox/client'

/** Somebody else, as it is at the moment. */
export interface Remote {
  /** The same while its tile is to stay. */
  readonly key: number
  readonly name: string
  readonly stream: MediaStream
  readonly state: PeerState
  readonly isMicOn: boolean
  readonly isCameraOn: boolean
}

/** A call as a component can draw it: another object each time that something has changed, and only then. */
export interface CallView {
  readonly status: 'idle' | 'joining' | 'knocking' | 'in-call'
  /** Why the last call did not begin, or has ended, unless one has hung up. */
  readonly error: CallError | undefined
  /** A device that has stopped by itself. */
  readonly stopped: Slot | undefined
  readonly isServiceAway: boolean
  readonly preview: MediaStream | undefined
  readonly isMicOn: boolean
  readonly isCameraOn: boolean
  readonly remotes: readonly Remote[]
}

const idle: CallView = {
  status: 'idle',
  error: undefined,
  stopped: undefined,
  isServiceAway: false,
  preview: undefined,
  isMicOn: true,
  isCameraOn: true,
  remotes: [],
}

/** One call after the other, outside of React: `subscribe` and `view` are what `useSyncExternalStore` takes. */
export class CallSession {
  readonly #url: string
  readonly #listeners = new Set<() => void>()
  readonly #keys = new Map<Peer, number>()
  #view = idle
  #call: Call | undefined
  #ending = new AbortController()

  constructor(url: string) {
    this.#url = url
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  readonly view = (): CallView => this.#view

  /** What goes wrong is in `error`; it rejects for a mistake in the program alone. */
  readonly join = async (room: string, name: string): Promise<void> => {
    if (this.#view.status !== 'idle') return
    const ending = new AbortController()
    this.#ending = ending
    this.#show({ ...idle, status: 'joining' })
    try {
      // First of all, so that a camera that is not allowed leaves nobody in the room waiting for a picture.
      const media = await openMedia({ audio: true, video: true })
      const stop = (): void => {
        for (const track of media.getTracks()) track.stop()
      }
      ending.signal.addEventListener('abort', stop)
      if (ending.signal.aborted) return stop()
      const call = await join(this.#url, {
        room,
        ...(name !== '' && { name }),
        capacity: 8,
        onKnocking: () => this.#show({ status: 'knocking' }),
        signal: ending.signal,
      })
      this.#call = call
      // Right after `join`: who is there already is told now.
      this.#listen(call)
      this.#show({ status: 'in-call', preview: media })
      await call.publish('mic', media.getAudioTracks()[0] ?? null)
      await call.publish('camera', media.getVideoTracks()[0] ?? null)
    } catch (error) {
      // One has hung up, and may be in the next call by now.
      if (ending.signal.aborted) return
      this.#end(error instanceof CallError ? error : undefined)
      if (!(error instanceof CallError)) throw error
    }
  }

  /** Hangs up, also while joining. */
  readonly leave = (): void => {
    this.#call?.leave()
    this.#end(undefined)
  }

  readonly toggle = (slot: 'mic' | 'camera'): void => {
    const field = slot === 'mic' ? 'isMicOn' : 'isCameraOn'
    const isOn = !this.#view[field]
    void this.#call?.mute(slot, !isOn)
    this.#show({ [field]: isOn })
  }

  #listen(call: Call): void {
    const { signal } = this.#ending
    call.on('peer', (peer) => {
      if (!this.#keys.has(peer)) this.#keys.set(peer, nextKey())
      for (const type of ['state', 'media', 'profile'] as const) peer.on(type, () => this.#draw(), { signal })
      this.#draw()
    })
    call.on('left', ({ peer, replacedBy }) => {
      const key = this.#keys.get(peer)
      this.#keys.delete(peer)
      // Somebody whose connection could not be saved is back, with the same stream: kept, the tile does not flicker.
      if (replacedBy !== undefined && key !== undefined) this.#keys.set(replacedBy, key)
      this.#draw()
    })
    call.on('signaling', (state) => this.#show({ isServiceAway: state !== 'open' }), { signal })
    call.on('ended', ({ slot }) => this.#show({ stopped: slot }))
    call.on('error', (error) => console.warn(error.code, error.message))
    call.on('end', ({ reason }) => this.#end(reason === 'left' ? undefined : reason))
  }

  #draw(): void {
    this.#show({ remotes: Array.from(this.#keys, ([peer, key]) => remoteOf(peer, key)) })
  }

  #end(error: CallError | undefined): void {
    this.#call = undefined
    this.#keys.clear()
    this.#ending.abort()
    this.#show({ ...idle, error })
  }

  #show(change: Partial<CallView>): void {
    this.#view = { ...this.#view, ...change }
    for (const listener of this.#listeners) listener()
  }
}

function remoteOf(peer: Peer, key: number): Remote {
  return {
    key,
    name: peer.name ?? 'Somebody',
    stream: peer.stream(),
    state: peer.state,
    isMicOn: peer.isSending('mic'),
    isCameraOn: peer.isSending('camera'),
  }
}

let lastKey = 0
function nextKey(): number {
  lastKey += 1
  return lastKey
}
