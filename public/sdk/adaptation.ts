/**
 * What one picture may cost in a mesh, where each side encodes and sends one for every other.
 *
 * The bitrates for one, two, three and seven others are common presets for such heights; the rest is judgement.
 */
interface Cap {
  readonly maxBitrateKbps: number
  /** Of the shorter side, in pixels. */
  readonly height: number
  readonly framerate: number
}

/** Each from so many others on, ascending. */
type Caps = readonly [Step, ...Step[]]
type Step = readonly [remotePeers: number, cap: Cap]

const cameraCaps: Caps = [
  [0, { maxBitrateKbps: 1700, height: 720, framerate: 30 }],
  [2, { maxBitrateKbps: 800, height: 540, framerate: 25 }],
  [3, { maxBitrateKbps: 450, height: 360, framerate: 20 }],
  [4, { maxBitrateKbps: 250, height: 270, framerate: 15 }],
  [6, { maxBitrateKbps: 160, height: 180, framerate: 15 }],
]

/** Text must stay sharp, so a screen gives up frames and not pixels. */
const screenCaps: Caps = [
  [0, { maxBitrateKbps: 2500, height: 1440, framerate: 15 }],
  [2, { maxBitrateKbps: 1500, height: 1440, framerate: 15 }],
  [3, { maxBitrateKbps: 1000, height: 1080, framerate: 8 }],
  [4, { maxBitrateKbps: 600, height: 1080, framerate: 5 }],
  [6, { maxBitrateKbps: 400, height: 1080, framerate: 5 }],
]

/** What a peer's sound takes of a bounded uplink, with its headers. */
const audioKbps = 48

/** With less, a picture is only a nuisance. */
const leastVideoKbps = 30

/** How much of a bounded uplink the screen may take; the camera gets what is left. */
const screenShare = 0.8

/** Small pictures take more bits for each pixel: bits go by the height to this power, pixels go by its square. */
const bitsByHeight = 1.5

/** No picture is shown smaller than this, whatever a peer says; and a number next to 0 scales next to nothing. */
const leastHeight = 36

/** How one picture is to be sent to one peer. */
export interface VideoPlan {
  readonly isActive: boolean
  /** 0 where it is not active. */
  readonly maxBitrateKbps: number
  /** At least 1. */
  readonly scaleResolutionDownBy: number
  readonly maxFramerate: number
  readonly degradationPreference: 'balanced' | 'maintain-resolution'
}

/** What a plan depends on. */
export interface VideoCircumstances {
  readonly slot: 'camera' | 'screen'
  /** How many others get a picture, this one included. */
  readonly remotePeers: number
  /** How high the peer shows it, in pixels. 0: not at all. Default: as high as it comes. */
  readonly wantedHeight?: number | undefined
  /** Of the track, in pixels. Where they are not known, 1280 by 720 is assumed. */
  readonly sourceWidth?: number | undefined
  readonly sourceHeight?: number | undefined
  /** What may be sent in all, to everybody, sound included. Default: no bound but the caps. */
  readonly uplinkKbps?: number | undefined
  /** For the camera: whether the screen is shared as well, which goes first where the uplink is bounded. Default: false. */
  readonly isScreenShared?: boolean | undefined
  /** What the way to this peer bears, from a `RateControl`: over 0, to 1. Default: 1. */
  readonly factor?: number | undefined
}

/**
 * Plans one picture for one peer. All plans for all peers together stay within `uplinkKbps`, less 48 kbit/s each for sound.
 * A picture is never made larger; one that stands upright is bounded like one that lies.
 *
 * | others | camera                  | screen                  |
 * |--------|-------------------------|-------------------------|
 * | 1      | 1700 kbit/s, 720, 30/s  | 2500 kbit/s, 1440, 15/s |
 * | 2      | 800 kbit/s, 540, 25/s   | 1500 kbit/s, 1440, 15/s |
 * | 3      | 450 kbit/s, 360, 20/s   | 1000 kbit/s, 1080, 8/s  |
 * | 4–5    | 250 kbit/s, 270, 15/s   | 600 kbit/s, 1080, 5/s   |
 * | 6–     | 160 kbit/s, 180, 15/s   | 400 kbit/s, 1080, 5/s   |
 *
 * A smaller picture than the table's, as the source is or the peer wants it, gets fewer bits.
 */
export function planVideo(circumstances: VideoCircumstances): VideoPlan {
  const { slot, remotePeers, wantedHeight } = circumstances
  const cap = capOf(slot === 'screen' ? screenCaps : cameraCaps, remotePeers)
  const sourceWidth = positive(circumstances.sourceWidth, 1280)
  const sourceHeight = positive(circumstances.sourceHeight, 720)
  const shorter = Math.min(sourceWidth, sourceHeight)
  const shownHeight = Math.max(leastHeight, positive(wantedHeight, sourceHeight))
  const scale = Math.max(1, shorter / cap.height, sourceHeight / shownHeight)
  const shareKbps = Math.min(cap.maxBitrateKbps, uplinkShareKbps(circumstances))
  const isActive = wantedHeight !== 0 && shareKbps >= leastVideoKbps
  const sizeFactor = Math.min(1, shorter / scale / cap.height) ** bitsByHeight
  const wayFactor = Math.min(1, positive(circumstances.factor, 1))
  const bitrateKbps = Math.min(shareKbps, cap.maxBitrateKbps * sizeFactor) * wayFactor
  return {
    isActive,
    maxBitrateKbps: isActive ? Math.floor(Math.max(leastVideoKbps, bitrateKbps)) : 0,
    scaleResolutionDownBy: scale,
    maxFramerate: cap.framerate,
    degradationPreference: slot === 'screen' ? 'maintain-resolution' : 'balanced',
  }
}

function capOf(caps: Caps, remotePeers: number): Cap {
  const [, cap] = caps.findLast(([least]) => remotePeers >= least) ?? caps[0]
  return cap
}

/** What of the uplink is there for this picture and this peer. */
function uplinkShareKbps({ slot, remotePeers, uplinkKbps, isScreenShared = false }: VideoCircumstances): number {
  if (uplinkKbps === undefined) return Number.POSITIVE_INFINITY
  const videoKbps = Math.max(0, uplinkKbps / Math.max(1, remotePeers) - audioKbps)
  const screenKbps = Math.min(videoKbps * screenShare, capOf(screenCaps, remotePeers).maxBitrateKbps)
  if (slot === 'screen') return screenKbps
  return isScreenShared ? videoKbps - screenKbps : videoKbps
}

function positive(value: number | undefined, otherwise: number): number {
  return value !== undefined && value > 0 && Number.isFinite(value) ? value : otherwise
}

interface Applied {
  /** The one to be applied; those asked for before it, and not begun, are of no interest any more. */
  wanted: VideoPlan
  /** The one that the sender has taken. */
  taken: VideoPlan | undefined
  chain: Promise<boolean>
}

const senders = new WeakMap<RTCRtpSender, Applied>()

/**
 * Puts a plan into effect, where it differs from what the sender has. Plans for one sender wait for each other, and of those
 * that wait only the last is applied. Needs no negotiation.
 *
 * @returns whether the sender has the plan now. It does not when its connection is closed, or when something else (such as
 *          `replaceTrack`) changed it in between twice: then apply it again later
 * @throws  whatever else the browser refuses it for
 */
export function applyPlan(sender: RTCRtpSender, plan: VideoPlan): Promise<boolean> {
  const applied = senders.get(sender) ?? { wanted: plan, taken: undefined, chain: Promise.resolve(true) }
  senders.set(sender, applied)
  applied.wanted = plan
  const apply = (): Promise<boolean> => takePlan(sender, applied)
  applied.chain = applied.chain.then(apply, apply)
  return applied.chain
}

async function takePlan(sender: RTCRtpSender, applied: Applied): Promise<boolean> {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const plan = applied.wanted
    try {
      const parameters = changed(sender, plan, applied.taken)
      if (parameters !== undefined) await sender.setParameters(parameters)
      applied.taken = plan
      return true
    } catch (cause) {
      // InvalidStateError: the sender is stopped, or was renegotiated since it was asked. InvalidModificationError: likewise.
      const isRace = cause instanceof DOMException && /^Invalid(State|Modification)Error$/.test(cause.name)
      if (!isRace) throw cause
    }
  }
  return false
}

/** @returns undefined where the sender has it all */
function changed(
  sender: RTCRtpSender,
  plan: VideoPlan,
  taken: VideoPlan | undefined,
): RTCRtpSendParameters | undefined {
  const parameters = sender.getParameters()
  // Older Firefox has none until they are set.
  if (parameters.encodings === undefined || parameters.encodings.length === 0) parameters.encodings = [{}]
  // Not every browser gives it back, so the one that was taken counts.
  let isChanged = taken?.degradationPreference !== plan.degradationPreference
  parameters.degradationPreference = plan.degradationPreference
  for (const encoding of parameters.encodings) {
    for (const [key, value] of Object.entries(encodingOf(plan))) {
      if (Reflect.get(encoding, key) === value) continue
      Reflect.set(encoding, key, value)
      isChanged = true
    }
  }
  return isChanged ? parameters : undefined
}

/** What is not sent keeps its other settings, and needs no more than one change to go on. */
function encodingOf(plan: VideoPlan): RTCRtpEncodingParameters {
  if (!plan.isActive) return { active: false }
  return {
    active: true,
    maxBitrate: plan.maxBitrateKbps * 1000,
    scaleResolutionDownBy: plan.scaleResolutionDownBy,
    maxFramerate: plan.maxFramerate,
  }
}
