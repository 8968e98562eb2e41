import { find } from './elements.js'
import type { DeviceSlot, LocalMedia } from './local-media.js'

/** Shows the own camera in a `<video>`: the element that holds it gets `data-picture` while there is one. */
export function bindOwnPicture(videoId: string, media: LocalMedia): void {
  const video = find(videoId, HTMLVideoElement)
  const show = (): void => {
    const track = media.track('camera')
    const shown = video.srcObject instanceof MediaStream ? video.srcObject.getVideoTracks()[0] : undefined
    if (track !== (shown ?? null)) video.srcObject = track === null ? null : new MediaStream([track])
    video.parentElement?.toggleAttribute('data-picture', track !== null)
  }
  media.on('change', show)
  show()
}

/** Makes a button switch a device: pressed means on. */
export function bindToggle(buttonId: string, slot: DeviceSlot, media: LocalMedia): void {
  const button = find(buttonId, HTMLButtonElement)
  const show = (): void => {
    button.setAttribute('aria-pressed', String(isShownOn(slot, media)))
  }
  button.addEventListener('click', () => void toggle(slot, media))
  media.on('change', show)
  show()
}

/**
 * Switches a device: what is shown as on goes off, also while it is starting; what is shown as off is started, or tried
 * again.
 */
export function toggle(slot: DeviceSlot, media: LocalMedia): Promise<void> {
  return media.setOn(slot, !isShownOn(slot, media))
}

function isShownOn(slot: DeviceSlot, media: LocalMedia): boolean {
  return media.isOn(slot) || media.isStarting(slot)
}
