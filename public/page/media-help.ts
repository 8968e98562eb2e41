import type { CallErrorCode } from '../sdk/index.js'
import { deviceSlots, type LocalMedia } from './local-media.js'
import type { Texts } from './texts.js'

/** One sentence on what is wrong with the own devices and what to do about it; '' while nothing is. */
export function mediaHelp(media: LocalMedia, texts: Texts): string {
  const mic = media.isWanted('mic') ? media.problem('mic') : undefined
  const camera = media.isWanted('camera') ? media.problem('camera') : undefined
  if (mic !== undefined && mic === camera) return helpFor(mic, texts)
  if (mic !== undefined) return micHelp(mic, texts)
  return camera === undefined ? '' : cameraHelp(camera, texts)
}

/** What is wrong now, to compare: '' or the same again is no news. */
export function problemsOf(media: LocalMedia): string {
  return deviceSlots.map((slot) => (media.isWanted(slot) ? media.problem(slot) : undefined) ?? '').join(' ')
}

function helpFor(code: CallErrorCode, { mediaHelp: help }: Texts): string {
  const sentence = Object.entries(help).find(([key]) => key === code)?.[1]
  return sentence ?? help.unsupported
}

function cameraHelp(code: CallErrorCode, texts: Texts): string {
  if (code === 'media-denied') return texts.cameraDenied
  if (code === 'media-in-use') return texts.cameraInUse
  if (code === 'media-not-found') return texts.cameraNotFound
  return helpFor(code, texts)
}

function micHelp(code: CallErrorCode, texts: Texts): string {
  if (code === 'media-denied') return texts.micDenied
  if (code === 'media-in-use') return texts.micInUse
  if (code === 'media-not-found') return texts.micNotFound
  return helpFor(code, texts)
}
