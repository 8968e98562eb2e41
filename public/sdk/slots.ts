/**
 * What can be published, in the order of the m-lines. A slot is one transceiver for the whole call: it is negotiated once,
 * and a track is put into it or taken out without another offer. A new slot goes at the end.
 */
export const slotKinds = { mic: 'audio', camera: 'video' } as const

/** One place for a track: `mic` or `camera`. */
export type Slot = keyof typeof slotKinds

/** The slots in the order of their m-lines. */
export const slots: readonly Slot[] = ['mic', 'camera']

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
