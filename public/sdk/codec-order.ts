import { type Slot, slotKinds } from './slots.js'

/** Text stays sharp at a fraction of the bits. */
const screenFirst = ['video/vp9', 'video/av1']
/** The least work for the processor where several pictures are encoded and decoded at once. */
const cameraFirst = ['video/vp8']

/** Puts the codecs that fit a slot best first. All others stay, in their order: none of them is in every browser. */
export function codecOrder<Codec extends { readonly mimeType: string }>(codecs: readonly Codec[], slot: Slot): Codec[] {
  const first = slot === 'screen' ? screenFirst : cameraFirst
  const rank = ({ mimeType }: Codec): number => {
    const index = first.indexOf(mimeType.toLowerCase())
    return index === -1 ? first.length : index
  }
  return [...codecs].sort((a, b) => rank(a) - rank(b))
}

/** Asks for the codecs of a slot in this order, where the browser can be asked. */
export function preferCodecs(transceiver: RTCRtpTransceiver, slot: Slot): void {
  const codecs = slotKinds[slot] === 'video' ? RTCRtpReceiver.getCapabilities?.('video')?.codecs : undefined
  if (codecs !== undefined) transceiver.setCodecPreferences?.(codecOrder(codecs, slot))
}
