import { find } from './elements.js'
import type { Speech } from './language.js'
import type { DeviceSlot, LocalMedia } from './local-media.js'
import { recall } from './settings.js'

/** Fills a `<select>` with the devices of one slot, keeps it right when devices come and go, and takes what is chosen. */
export function bindDeviceSelect(slot: DeviceSlot, media: LocalMedia, speech: Speech): void {
  const select = find(`${slot}-device`, HTMLSelectElement)
  const kind = slot === 'mic' ? 'audioinput' : 'videoinput'
  const fill = async (): Promise<void> => {
    // Absent where the page is not secure; the help sentence says so.
    const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? []
    const options = devices
      .filter((device) => device.kind === kind && device.deviceId !== '' && device.deviceId !== 'default')
      .map(({ label, deviceId }) => new Option(label, deviceId))
    select.replaceChildren(new Option(speech.texts.browserDefault, ''), ...options)
    const present = media.track(slot)?.getSettings().deviceId
    const chosen = recall(slot === 'mic' ? 'mic-device' : 'camera-device')
    if (chosen !== undefined && chosen !== '') select.value = present ?? chosen
    if (select.selectedIndex === -1) select.value = ''
  }
  select.addEventListener('change', () => void media.choose(slot, select.value))
  navigator.mediaDevices?.addEventListener('devicechange', () => void fill())
  media.on('change', () => void fill())
  speech.on('change', () => void fill())
}
