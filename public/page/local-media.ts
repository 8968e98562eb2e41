import { CallError, type CallErrorCode, Emitter, openMedia, type Slot, slots } from '../sdk/index.js'
import { recall, remember } from './settings.js'

/** What `LocalMedia` tells. */
export interface LocalMediaEvents {
  /** A track, a switch or a problem is another one now. */
  change: undefined
  /** A device went away and there is no other; nobody switched it off. */
  stopped: Slot
}

interface Device {
  track: MediaStreamTrack | null
  isWanted: boolean
  problem: CallErrorCode | undefined
}

/**
 * The person's own microphone and camera, from the lobby through the call. A microphone that is off keeps its track
 * (`enabled` false), so it is back at once; a camera that is off is stopped, so its light goes out.
 *
 * Requests run one after the other; none of them throws: what went wrong is the `problem` of the device.
 */
export class LocalMedia extends Emitter<LocalMediaEvents> {
  readonly #devices: Record<Slot, Device> = {
    mic: { track: null, isWanted: true, problem: undefined },
    camera: { track: null, isWanted: true, problem: undefined },
  }
  #chain: Promise<void> = Promise.resolve()
  #isOpening = false
  #session = 0

  /** The track of a device, null while there is none. */
  track(slot: Slot): MediaStreamTrack | null {
    return this.#devices[slot].track
  }

  /** Whether a device is on and works. */
  isOn(slot: Slot): boolean {
    const { track, isWanted } = this.#devices[slot]
    return isWanted && track !== null
  }

  /** Whether the person wants it on; it may be starting, or have a `problem`. */
  isWanted(slot: Slot): boolean {
    return this.#devices[slot].isWanted
  }

  /** Why a device that is wanted does not work. */
  problem(slot: Slot): CallErrorCode | undefined {
    return this.#devices[slot].problem
  }

  /** Whether the browser is asking the person or starting a device. */
  get isOpening(): boolean {
    return this.#isOpening
  }

  /** Opens what is wanted, with one question to the person where the browser allows that. */
  open(
    wanted: Readonly<Record<Slot, boolean>> = { mic: this.isWanted('mic'), camera: this.isWanted('camera') },
  ): Promise<void> {
    for (const slot of slots) this.#devices[slot].isWanted = wanted[slot]
    return this.#enqueue(() => this.#openMissing())
  }

  /** Switches a device. */
  setOn(slot: Slot, isOn: boolean): Promise<void> {
    const device = this.#devices[slot]
    device.isWanted = isOn
    if (!isOn) device.problem = undefined
    if (slot === 'mic' && device.track !== null) device.track.enabled = isOn
    if (slot === 'camera' && !isOn) this.#release(slot)
    this.emit('change', undefined)
    return this.#enqueue(() => this.#openMissing())
  }

  /** Takes another device, and remembers it. '' is the browser's default. */
  choose(slot: Slot, deviceId: string): Promise<void> {
    remember(slot === 'mic' ? 'mic-device' : 'camera-device', deviceId)
    return this.#enqueue(async () => {
      // Some cameras and phones cannot be opened twice, so the old one goes first.
      this.#release(slot)
      await this.#openMissing()
    })
  }

  /** Lets every device go. What was wanted stays wanted. */
  stop(): void {
    this.#session += 1
    for (const slot of slots) this.#release(slot)
    this.emit('change', undefined)
  }

  async #openMissing(): Promise<void> {
    const missing = slots.filter((slot) => this.#devices[slot].isWanted && this.#devices[slot].track === null)
    if (missing.length === 0) return
    this.#isOpening = true
    this.emit('change', undefined)
    const error = await this.#request(missing)
    // One of the two may work where both together do not.
    if (error !== undefined && missing.length > 1) {
      for (const slot of missing) if (await mayAskAlone(slot, error)) await this.#request([slot])
    }
    this.#isOpening = false
    this.emit('change', undefined)
  }

  async #request(asked: readonly Slot[]): Promise<CallErrorCode | undefined> {
    const session = this.#session
    try {
      const stream = await openMedia({
        audio: asked.includes('mic'),
        video: asked.includes('camera'),
        deviceIds: { mic: recall('mic-device') || undefined, camera: recall('camera-device') || undefined },
      })
      for (const track of stream.getTracks()) this.#take(track, session)
      return undefined
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      for (const slot of asked) this.#devices[slot].problem = error.code
      return error.code
    }
  }

  #take(track: MediaStreamTrack, session: number): void {
    const slot: Slot = track.kind === 'audio' ? 'mic' : 'camera'
    const device = this.#devices[slot]
    // The person may have left, or switched the camera off again, while the browser was asking.
    const isUnwanted = session !== this.#session || (slot === 'camera' && !device.isWanted)
    if (isUnwanted) {
      track.stop()
      return
    }
    this.#release(slot)
    track.enabled = device.isWanted
    track.addEventListener('ended', () => this.#onEnded(slot, track))
    device.track = track
    device.problem = undefined
  }

  /** A device was unplugged or taken away: another one will do, if there is one. */
  async #onEnded(slot: Slot, track: MediaStreamTrack): Promise<void> {
    const device = this.#devices[slot]
    if (device.track !== track) return
    device.track = null
    this.emit('change', undefined)
    await this.#enqueue(() => this.#openMissing())
    if (device.isWanted && device.track === null) this.emit('stopped', slot)
  }

  #release(slot: Slot): void {
    const { track } = this.#devices[slot]
    this.#devices[slot].track = null
    track?.stop()
  }

  #enqueue(task: () => Promise<void>): Promise<void> {
    const run = this.#chain.then(task)
    // The chain goes on; whoever asked for this task is given its error.
    this.#chain = run.catch(() => undefined)
    return run
  }
}

/** Whether asking for one device alone makes sense after asking for both failed, without a second prompt for a refusal. */
async function mayAskAlone(slot: Slot, error: CallErrorCode): Promise<boolean> {
  if (error === 'media-not-found' || error === 'media-in-use') return true
  if (error !== 'media-denied') return false
  try {
    const { state } = await navigator.permissions.query({ name: slot === 'mic' ? 'microphone' : 'camera' })
    return state === 'granted'
  } catch {
    // A browser that does not tell about this permission (TypeError): the person has just said no.
    return false
  }
}
