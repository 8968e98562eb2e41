const maxHeld = 256

/**
 * Holds remote ICE candidates until the description they belong to is set: applied earlier they throw
 * `InvalidStateError`, and a browser that loses them may never connect.
 *
 * A candidate names its ICE generation by `usernameFragment`. One that fits no present generation either overtook its
 * offer (it waits for one more description) or belongs to a generation that is gone (it is dropped then; Firefox rejects
 * such a candidate, RFC 8839 has no use for it).
 */
export class CandidateQueue {
  #held: RTCIceCandidateInit[] = []
  #ufrags: ReadonlySet<string> | undefined

  /**
   * Takes a candidate in.
   *
   * @returns whether it can be applied now; if not, it is held, and `describe` gives it back when its time has come
   */
  admit(candidate: RTCIceCandidateInit): boolean {
    if (this.#fits(candidate)) return true
    // Bounded, since a peer decides what arrives here; the oldest are the likeliest to be stale.
    if (this.#held.length === maxHeld) this.#held.shift()
    this.#held.push(candidate)
    return false
  }

  /**
   * Tells that this remote description is set now.
   *
   * @returns the held candidates that can be applied, in their order; the others are dropped
   */
  describe(sdp: string): RTCIceCandidateInit[] {
    this.#ufrags = ufragsOf(sdp)
    const held = this.#held
    this.#held = []
    return held.filter((candidate) => this.#fits(candidate))
  }

  /** Whether the candidate's generation is the present one; true where the candidate does not name any. */
  #fits({ usernameFragment }: RTCIceCandidateInit): boolean {
    if (this.#ufrags === undefined) return false
    return usernameFragment == null || usernameFragment === '' || this.#ufrags.has(usernameFragment)
  }
}

/** The ICE user name fragments of a session description (`a=ice-ufrag`, RFC 8839 section 5.4). */
export function ufragsOf(sdp: string): ReadonlySet<string> {
  return new Set(Array.from(sdp.matchAll(/^a=ice-ufrag:(\S+)/gm), (match) => match[1] ?? ''))
}
