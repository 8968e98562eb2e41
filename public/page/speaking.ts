import type { Peer } from '../sdk/index.js'

const lookEveryMs = 200
/** Loudness (0 to 1, as in `RTCRtpContributingSource.audioLevel`) from which on somebody talks, and below which not. */
const speaksFrom = 0.02
const quietBelow = 0.01
/** The pause between two words is no silence. */
const quietAfterMs = 600

/** Decides from how loud somebody is whether they talk, without flickering. */
export class SpeakingGate {
  #isSpeaking = false
  #loudAtMs = 0

  /**
   * @param level  0 to 1
   * @returns      whether they talk
   */
  next(level: number, nowMs: number): boolean {
    if (level >= (this.#isSpeaking ? quietBelow : speaksFrom)) {
      this.#isSpeaking = true
      this.#loudAtMs = nowMs
    } else if (nowMs - this.#loudAtMs >= quietAfterMs) {
      this.#isSpeaking = false
    }
    return this.#isSpeaking
  }
}

/** Somebody who may be talking. */
export interface Speaker {
  readonly peer: Peer
  isSpeaking: boolean
}

interface Ear {
  readonly gate: SpeakingGate
  rtpTimestamp: number | undefined
}

/**
 * Marks whoever talks, by the sound that really arrives; costs no audio processing.
 *
 * @param speakers  asked again at every look
 * @param onBegin   somebody begins to talk
 * @returns         stops it
 */
export function watchSpeaking<One extends Speaker>(
  speakers: () => Iterable<One>,
  onBegin: (speaker: One) => void,
): () => void {
  const ears = new WeakMap<Speaker, Ear>()
  const timer = setInterval(() => {
    for (const speaker of speakers()) {
      const ear = ears.get(speaker) ?? { gate: new SpeakingGate(), rtpTimestamp: undefined }
      ears.set(speaker, ear)
      const isSpeaking = ear.gate.next(levelOf(speaker.peer, ear), performance.now())
      const begins = isSpeaking && !speaker.isSpeaking
      speaker.isSpeaking = isSpeaking
      if (begins) onBegin(speaker)
    }
  }, lookEveryMs)
  return () => clearInterval(timer)
}

function levelOf(peer: Peer, ear: Ear): number {
  const [mic] = peer.stream().getAudioTracks()
  if (mic === undefined || !peer.isSending('mic')) return 0
  const receiver = peer.pc.getReceivers().find(({ track }) => track === mic)
  const [source] = receiver?.getSynchronizationSources() ?? []
  // The browser goes on telling of the last packet for seconds after it: what is not new is silence.
  const isNews = source !== undefined && source.rtpTimestamp !== ear.rtpTimestamp
  ear.rtpTimestamp = source?.rtpTimestamp
  return isNews ? (source.audioLevel ?? 0) : 0
}
