/** A speaker or a pair of headphones, as `enumerateDevices` lists it. */
export interface Output {
  readonly deviceId: string
  readonly label: string
}

/**
 * What can be chosen besides the browser's default. Chromium lists that once more, as a device of its own; and before
 * the person has allowed anything there are devices without an id, which cannot be used.
 */
export function choosable(devices: readonly (Output & { readonly kind: string })[]): Output[] {
  return devices.filter(
    ({ kind, deviceId }) => kind === 'audiooutput' && !['', 'default', 'communications'].includes(deviceId),
  )
}

/**
 * Where to play.
 *
 * @param chosen  what the person chose, now or on an earlier visit; '' is the browser's default
 * @returns       that, as long as it is there; '' otherwise
 */
export function outputToUse(chosen: string, outputs: readonly Output[]): string {
  return outputs.some(({ deviceId }) => deviceId === chosen) ? chosen : ''
}

/** What was found out about the speaker, or is being. */
export type SpeakerFinding = 'testing' | 'did-you-hear' | 'cannot-test' | 'no-speaker'
