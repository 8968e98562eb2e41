/**
 * What can be published, in the order of the m-lines. A slot is one transceiver for the whole call: it is negotiated once,
 * and a track is put into it or taken out without another offer. A new slot goes at the end.
 */
export const slotKinds = { mic: 'audio', camera: 'video', screen: 'video', 'screen-audio': 'audio' } as const

/** One place for a track: `mic`, `camera`, `screen` or `screen-audio`. */
export type Slot = keyof typeof slotKinds

/** The slots in the order of their m-lines. */
export const slots: readonly Slot[] = ['mic', 'camera', 'screen', 'screen-audio']

/** What is shown together: the person (`mic`, `camera`), or what the person shows (`screen`, `screen-audio`). */
export type StreamKind = 'user' | 'screen'

/** The stream that a slot's track is in. */
export function streamKindOf(slot: Slot): StreamKind {
  return slot === 'screen' || slot === 'screen-audio' ? 'screen' : 'user'
}

/**
 * Gives every slot the first transceiver of its kind that no earlier slot has.
 *
 * @param transceivers  of one connection, in the order of their m-lines; fewer or more than there are slots are fine
 */
export function assignSlots<Transceiver extends { readonly receiver: { readonly track: { readonly kind: string } } }>(
  transceivers: readonly Transceiver[],
): Map<Slot, Transceiver> {
  const free = new Set(transceivers)
  const assigned = new Map<Slot, Transceiver>()
  for (const slot of slots) {
    for (const transceiver of free) {
      if (transceiver.receiver.track.kind !== slotKinds[slot]) continue
      assigned.set(slot, transceiver)
      free.delete(transceiver)
      break
    }
  }
  return assigned
}
