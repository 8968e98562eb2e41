import type { CallErrorCode } from '../sdk/index.js'
import { type DeviceSlot, deviceSlots, type LocalMedia } from './local-media.js'
import type { Refusal } from './permission-help.js'
import type { Texts } from './texts.js'

/** What is wrong with one device, or with both. */
interface DeviceTrouble {
  readonly about: DeviceSlot | 'both'
  readonly code: CallErrorCode
  readonly refusal: Refusal | undefined
}

/** One sentence on what is wrong with the own devices and what to do about it; '' while nothing is. */
export function mediaHelp(media: LocalMedia, texts: Texts): string {
  const trouble = deviceTroubleOf(media)
  return trouble === undefined ? '' : sentenceAbout(trouble, texts)
}

/** The same during a call, with where to find how to allow a device. */
export function mediaHelpInCall(media: LocalMedia, texts: Texts): string {
  const help = mediaHelp(media, texts)
  return refusalOfAny(media) === undefined ? help : `${help} ${texts.howInCall}`
}

/** Who keeps a device that is wanted from the page; undefined while nobody does. */
export function refusalOfAny(media: LocalMedia): Refusal | undefined {
  return deviceTroubleOf(media)?.refusal
}

/** What is wrong now, to compare: '' or the same again is no news. */
export function problemsOf(media: LocalMedia): string {
  return deviceSlots.map((slot) => problemOf(media, slot) ?? '').join(' ')
}

function problemOf(media: LocalMedia, slot: DeviceSlot): CallErrorCode | undefined {
  return media.isWanted(slot) ? media.problem(slot) : undefined
}

function deviceTroubleOf(media: LocalMedia): DeviceTrouble | undefined {
  const [mic, camera] = [problemOf(media, 'mic'), problemOf(media, 'camera')]
  const slot = mic === undefined ? 'camera' : 'mic'
  const code = mic ?? camera
  if (code === undefined) return undefined
  return { about: mic === camera ? 'both' : slot, code, refusal: media.refusal(slot) }
}

function sentenceAbout({ about, code, refusal }: DeviceTrouble, texts: Texts): string {
  if (code === 'media-denied') {
    if (refusal === 'system') return texts.blockedBySystem[about]
    return refusal === 'dismissed' ? texts.dismissed[about] : texts.blocked[about]
  }
  if (about === 'camera' && code === 'media-in-use') return texts.cameraInUse
  if (about === 'camera' && code === 'media-not-found') return texts.cameraNotFound
  if (about === 'mic' && code === 'media-in-use') return texts.micInUse
  if (about === 'mic' && code === 'media-not-found') return texts.micNotFound
  const sentence = Object.entries(texts.mediaHelp).find(([key]) => key === code)?.[1]
  return sentence ?? texts.mediaHelp.unsupported
}
