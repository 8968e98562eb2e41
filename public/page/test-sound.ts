/** A major chord, from below: C5, E5, G5, C6. */
const notesHz = [523.25, 659.25, 783.99, 1046.5]
const noteEveryS = 0.16
const ringsForS = 0.9
const loudness = 0.22
/** Where there is a sound card it runs at once. */
const patienceMs = 1500

/**
 * Plays a short sound that is made here, so that nothing has to be loaded.
 *
 * @param direct  says where an element is played
 * @returns       whether it could be played, once it is over; whether anybody has heard it only they can say
 */
export async function playTestSound(direct: (element: HTMLMediaElement) => void): Promise<boolean> {
  const audio = new AudioContext()
  const element = new Audio()
  try {
    if (!(await inTime(audio.resume()))) return false
    const destination = new MediaStreamAudioDestinationNode(audio)
    // Through an element, as calls are: only Chromium can direct an AudioContext by itself.
    element.srcObject = destination.stream
    direct(element)
    await element.play()
    await ring(audio, destination)
    return true
  } catch {
    // Nothing that plays sound, or a browser that does not let the page.
    return false
  } finally {
    element.srcObject = null
    void audio.close()
  }
}

function inTime(done: Promise<void>): Promise<boolean> {
  return Promise.race([
    done.then(() => true),
    new Promise<boolean>((resolve) => setTimeout(resolve, patienceMs, false)),
  ])
}

/** Like four bells, one after the other. */
async function ring(audio: AudioContext, destination: AudioNode): Promise<void> {
  const startS = audio.currentTime + 0.1
  const last = notesHz
    .map((frequency, index) => {
      const atS = startS + index * noteEveryS
      const envelope = new GainNode(audio, { gain: 0 })
      envelope.gain.setValueAtTime(0, atS)
      envelope.gain.linearRampToValueAtTime(loudness, atS + 0.015)
      envelope.gain.exponentialRampToValueAtTime(0.001, atS + ringsForS)
      const bell = new OscillatorNode(audio, { type: 'triangle', frequency })
      bell.connect(envelope).connect(destination)
      bell.start(atS)
      bell.stop(atS + ringsForS)
      return bell
    })
    .at(-1)
  await new Promise((resolve) => last?.addEventListener('ended', resolve, { once: true }))
}
