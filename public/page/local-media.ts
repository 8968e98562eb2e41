import { CallError, type CallErrorCode, Emitter, openMedia } from '../sdk/index.js'
import { type Refusal, refusalOf } from './permission-help.js'
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
  refusal: Refusal | undefined
}

const none = { track: null, isWanted: true, problem: undefined, refusal: undefined }
const permissionNames = { mic: 'microphone', camera: 'camera' } as const

/**
 * The person's own microphone and camera, from the lobby through the call. A microphone that is off keeps its track
 * (`enabled` false), so it is back at once; a camera that is off is stopped, so its light goes out.
 *
 * Requests run one after the other; none of them throws: what went wrong is the `problem` of the device.
 */
export class LocalMedia extends Emitter<LocalMediaEvents> {
  readonly #devices: Record<DeviceSlot, Device> = {
    mic: { ...none },
    camera: { ...none },
  }
  /** Whether the microphone is to be heard for the moment, though it is off. */
  #isTalking = false
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
    for (const slot of deviceSlots) void this.#watchPermission(slot)
  }

  /** The track of a device, null while there is none. */
  track(slot: DeviceSlot): MediaStreamTrack | null {
    return this.#devices[slot].track
  }

  /** Whether a device is on and works. */
  isOn(slot: DeviceSlot): boolean {
    return this.#isToBeOn(slot) && this.#devices[slot].track !== null
  }

  /** Whether the person wants it on; it may be starting, or have a `problem`. */
  isWanted(slot: DeviceSlot): boolean {
    return this.#devices[slot].isWanted
  }

  /** Why a device that is wanted does not work. */
  problem(slot: DeviceSlot): CallErrorCode | undefined {
    return this.#devices[slot].problem
  }

  /** Who has refused a device, where its problem is `media-denied`. */
  refusal(slot: DeviceSlot): Refusal | undefined {
    return this.#devices[slot].problem === 'media-denied' ? this.#devices[slot].refusal : undefined
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
    if (slot === 'mic') this.#isTalking = false
    if (slot === 'mic' && device.track !== null) device.track.enabled = isOn
    if (slot === 'camera' && !isOn) this.#release(slot)
    return this.#enqueue((session) => this.#openMissing(session))
  }

  /**
   * Lets a microphone that is off be heard until it is told otherwise. It stays off in every other respect: what is
   * remembered for a reload, say, so that nobody comes back with a microphone that they do not hold on.
   */
  talk(isTalking: boolean): void {
    if (isTalking === this.#isTalking) return
    this.#isTalking = isTalking
    const { track, isWanted } = this.#devices.mic
    if (track !== null) track.enabled = isWanted || isTalking
    void this.#enqueue((session) => this.#openMissing(session))
  }

  /** Takes another device, and remembers it. '' is the browser's default. */
  choose(slot: DeviceSlot, deviceId: string): Promise<void> {
    remember(slot === 'mic' ? 'mic-device' : 'camera-device', deviceId)
    return this.#enqueue(async (session) => {
      const device = this.#devices[slot]
      // A microphone that is off has its track all the same.
      const isIdle = device.track !== null && !this.#isToBeOn(slot)
      // Some cameras and phones cannot be opened twice, so the old one goes first.
      this.#release(slot)
      device.problem = undefined
      if (isIdle) await this.#request([slot], session)
      await this.#openMissing(session)
    })
  }

  /** Lets every device go, also those that are still to be started. What was wanted stays wanted. */
  stop(): void {
    this.#session += 1
    this.#isOpen = false
    this.#isTalking = false
    for (const slot of deviceSlots) this.#release(slot)
    this.emit('change', undefined)
  }

  /** A device with a problem is not missing: the person has been told, and decides whether to try again. */
  #isMissing(slot: DeviceSlot): boolean {
    const { track, problem } = this.#devices[slot]
    return this.#isToBeOn(slot) && track === null && problem === undefined
  }

  #isToBeOn(slot: DeviceSlot): boolean {
    return this.#devices[slot].isWanted || (slot === 'mic' && this.#isTalking)
  }

  async #openMissing(session: number): Promise<void> {
    const missing = deviceSlots.filter((slot) => this.#isMissing(slot))
    if (missing.length === 0) return
    const error = await this.#request(missing, session)
    if (error === undefined) return
    for (const slot of missing) {
      // One of the two may work where both together do not.
      const isWorthAsking = missing.length > 1 && this.#isMissing(slot) && (await mayAskAlone(slot, error.code))
      const isStillHere = session === this.#session
      const problem = isWorthAsking && isStillHere ? await this.#request([slot], session) : error
      // A refusal is an answer to whatever asks next, too; everything else may be different by then.
      if (session !== this.#session && problem?.code !== 'media-denied') continue
      this.#devices[slot].problem = problem?.code
      this.#devices[slot].refusal = refusalOf(problem?.cause)
    }
  }

  async #request(asked: readonly DeviceSlot[], session: number): Promise<CallError | undefined> {
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
      return error
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
    track.enabled = this.#isToBeOn(slot)
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
  #onDeviceChange(): Promise<void> {
    return this.#retry(deviceSlots.filter((slot) => this.problem(slot) === 'media-not-found'))
  }

  /** One that was refused may be allowed by now, in what the browser knows of the page. */
  async #watchPermission(slot: DeviceSlot): Promise<void> {
    const permission = await permissionOf(slot)
    permission?.addEventListener('change', () => {
      if (permission.state === 'granted' && this.problem(slot) === 'media-denied') void this.#retry([slot])
    })
  }

  async #retry(slots: readonly DeviceSlot[]): Promise<void> {
    const wanted = slots.filter((slot) => this.isWanted(slot))
    if (!this.#isOpen || wanted.length === 0) return
    for (const slot of wanted) this.#devices[slot].problem = undefined
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
  // Where a browser does not tell, the person has just said no.
  return error === 'media-denied' && (await permissionOf(slot))?.state === 'granted'
}

/** What the page may do, as the browser tells it; undefined where it does not tell about this. */
async function permissionOf(slot: DeviceSlot): Promise<PermissionStatus | undefined> {
  try {
    return await navigator.permissions.query({ name: permissionNames[slot] })
  } catch {
    return undefined
  }
}
