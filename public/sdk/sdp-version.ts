/** Which description of which session an SDP is (the `o=` line, RFC 8866 section 5.2). */
export interface SdpVersion {
  readonly sessionId: string
  readonly version: bigint
}

/** @returns `undefined` when the SDP does not say it */
export function sdpVersionOf(sdp: string): SdpVersion | undefined {
  const [, sessionId, version] = /^o=\S+ (\S+) (\d{1,20}) /m.exec(sdp) ?? []
  return sessionId === undefined || version === undefined ? undefined : { sessionId, version: BigInt(version) }
}

/**
 * Tells descriptions that have been overtaken or doubled on their way from new ones. Applied again, an old one would take
 * the connection back to ICE credentials that nobody answers to any more.
 *
 * A browser raises the version with every offer and answer it makes (RFC 8829 section 5.2.2).
 */
export class FreshDescriptions {
  #last: (SdpVersion & { readonly sdp: string }) | undefined

  /** @returns whether this one is newer than all that were admitted before; then it counts as admitted */
  admit(sdp: string): boolean {
    const described = sdpVersionOf(sdp)
    const last = this.#last
    // A client that does not write the line, or starts a new session, is taken at its word.
    if (described !== undefined && last?.sessionId === described.sessionId) {
      if (described.version < last.version || (described.version === last.version && sdp === last.sdp)) return false
    }
    this.#last = described && { ...described, sdp }
    return true
  }
}
