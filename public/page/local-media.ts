import { CallError, type CallErrorCode, Emitter, openMedia } from '../sdk/index.js'
import { recall, remember } from './settings.js'

/** The slots that a device of the person's own fills. */
export const deviceSlots = ['mic', 'camera'] as const

/** One of them. */
export type DeviceSlot = (typeof deviceSlots)[number]

/** What `LocalMedia` tells. */
export interface LocalMediaEvents {
  /** A track, a switch or a problem is another one now. */
  change: undefined
  /** A device went away and there is no other; nobody switched it off. */
  stopped: DeviceSlot
  /** A device went away, and another one does what it did. */
  replaced: DeviceSlot
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
  readonly #devices: Record<DeviceSlot, Device> = {
    mic: { track: null, isWanted: true, problem: undefined },
    camera: { track: null, isWanted: true, problem: undefined },
  }
  #chain: Promise<void> = Promise.resolve()
  #unfinished = 0
  #session = 0
  /** From the first `open` to `stop`: whether a device may be started without being asked for. */
  #isOpen = false

  constructor() {
    super()
    // Not there in an insecure context, and without it no device is found anyway.
    const devices: MediaDevices | undefined = navigator.mediaDevices
    devices?.addEventListener('devicechange', () => void this.#onDeviceChange())
  }

  /** The track of a device, null while there is none. */
  track(slot: DeviceSlot): MediaStreamTrack | null {
    return this.#devices[slot].track
  }

  /** Whether a device is on and works. */
  isOn(slot: DeviceSlot): boolean {
    const { track, isWanted } = this.#devices[slot]
    return isWanted && track !== null
  }

  /** Whether the person wants it on; it may be starting, or have a `problem`. */
  isWanted(slot: DeviceSlot): boolean {
    return this.#devices[slot].isWanted
  }

  /** Why a device that is wanted does not work. */
  problem(slot: DeviceSlot): CallErrorCode | undefined {
    return this.#devices[slot].problem
  }

  /** Whether the browser is about to start a device that is wanted, or is asking the person for it. */
  isStarting(slot: DeviceSlot): boolean {
    return this.#unfinished > 0 && this.#isMissing(slot)
  }

  /** Opens what is wanted, with one question to the person where the browser allows that. */
  open(
    wanted: Readonly<Record<DeviceSlot, boolean>> = { mic: this.isWanted('mic'), camera: this.isWanted('camera') },
  ): Promise<void> {
    this.#isOpen = true
    for (const slot of deviceSlots) {
      this.#devices[slot].isWanted = wanted[slot]
      this.#devices[slot].problem = undefined
    }
    return this.#enqueue((session) => this.#openMissing(session))
  }

  /** Switches a device. */
  setOn(slot: DeviceSlot, isOn: boolean): Promise<void> {
    const device = this.#devices[slot]
    device.isWanted = isOn
    // Who switches it on after an answer asks anew; an answer that is still to come holds for what was asked before it.
    device.problem = undefined
    if (slot === 'mic' && device.track !== null) device.track.enabled = isOn
    if (slot === 'camera' && !isOn) this.#release(slot)
    return this.#enqueue((session) => this.#openMissing(session))
  }

  /** Takes another device, and remembers it. '' is the browser's default. */
  choose(slot: DeviceSlot, deviceId: string): Promise<void> {
    remember(slot === 'mic' ? 'mic-device' : 'camera-device', deviceId)
    return this.#enqueue(async (session) => {
      // Some cameras and phones cannot be opened twice, so the old one goes first.
      this.#release(slot)
      this.#devices[slot].problem = undefined
      await this.#openMissing(session)
    })
  }

  /** Lets every device go, also those that are still to be started. What was wanted stays wanted. */
  stop(): void {
    this.#session += 1
    this.#isOpen = false
    for (const slot of deviceSlots) this.#release(slot)
    this.emit('change', undefined)
  }

  /** A device with a problem is not missing: the person has been told, and decides whether to try again. */
  #isMissing(slot: DeviceSlot): boolean {
    const { isWanted, track, problem } = this.#devices[slot]
    return isWanted && track === null && problem === undefined
  }

  async #openMissing(session: number): Promise<void> {
    const missing = deviceSlots.filter((slot) => this.#isMissing(slot))
    if (missing.length === 0) return
    const error = await this.#request(missing, session)
    if (error === undefined) return
    for (const slot of missing) {
      // One of the two may work where both together do not.
      const isWorthAsking = missing.length > 1 && this.#isMissing(slot) && (await mayAskAlone(slot, error))
      const isStillHere = session === this.#session
      const problem = isWorthAsking && isStillHere ? await this.#request([slot], session) : error
      // A refusal is an answer to whatever asks next, too; everything else may be different by then.
      if (session === this.#session || problem === 'media-denied') this.#devices[slot].problem = problem
    }
  }

  async #request(asked: readonly DeviceSlot[], session: number): Promise<CallErrorCode | undefined> {
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
      return error.code
    }
  }

  #take(track: MediaStreamTrack, session: number): void {
    const slot: DeviceSlot = track.kind === 'audio' ? 'mic' : 'camera'
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
  async #onEnded(slot: DeviceSlot, track: MediaStreamTrack): Promise<void> {
    const device = this.#devices[slot]
    if (device.track !== track) return
    device.track = null
    await this.#enqueue((session) => this.#openMissing(session))
    if (!device.isWanted || !this.#isOpen) return
    this.emit(device.track === null ? 'stopped' : 'replaced', slot)
  }

  /** One that is wanted and was not there may have been plugged in. */
  async #onDeviceChange(): Promise<void> {
    const missed = deviceSlots.filter(
      (slot) => this.#devices[slot].problem === 'media-not-found' && this.isWanted(slot),
    )
    if (!this.#isOpen || missed.length === 0) return
    for (const slot of missed) this.#devices[slot].problem = undefined
    await this.#enqueue((session) => this.#openMissing(session))
  }

  #release(slot: DeviceSlot): void {
    const { track } = this.#devices[slot]
    this.#devices[slot].track = null
    track?.stop()
  }

  /**
   * Runs a task after the others. It belongs to the session it was queued in: once that is over, nothing is opened any
   * more, or a light would go on after the person has left.
   */
  #enqueue(task: (session: number) => Promise<void>): Promise<void> {
    const session = this.#session
    this.#unfinished += 1
    const run = this.#chain
      .then(async () => {
        if (session === this.#session) await task(session)
      })
      .finally(() => {
        this.#unfinished -= 1
        this.emit('change', undefined)
      })
    // The chain goes on; whoever asked for this task is given its error.
    this.#chain = run.catch(() => undefined)
    this.emit('change', undefined)
    return run
  }
}

/** Whether asking for one device alone makes sense after asking for both failed, without a second prompt for a refusal. */
async function mayAskAlone(slot: DeviceSlot, error: CallErrorCode): Promise<boolean> {
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
