import { fingerprintsOf } from './fingerprints.js'

/** SHA-256 of the certificates at the two ends of a connection: 32 bytes each. */
export interface EndCertificates {
  readonly own: Uint8Array<ArrayBuffer>
  readonly other: Uint8Array<ArrayBuffer>
}

/**
 * By whom this connection is encrypted: the other side's certificate as DTLS has seen it, where the browser shows it (W3C
 * WebRTC 1.0, section 5.5), else the one that the descriptions allow.
 *
 * @returns undefined before both are known, and where the descriptions allow several, or name them by another hash
 */
export async function endCertificatesOf(pc: RTCPeerConnection): Promise<EndCertificates | undefined> {
  // The connection may be there before the browser has told that the descriptions are agreed upon.
  while (pc.signalingState !== 'stable' && pc.signalingState !== 'closed') await changed(pc)
  const own = onlyFingerprint(pc.currentLocalDescription)
  const other = (await seenCertificate(pc.sctp?.transport)) ?? onlyFingerprint(pc.currentRemoteDescription)
  return own && other && { own, other }
}

function changed(pc: RTCPeerConnection): Promise<unknown> {
  return new Promise((resolve) => pc.addEventListener('signalingstatechange', resolve, { once: true }))
}

async function seenCertificate(transport: RTCDtlsTransport | undefined): Promise<Uint8Array<ArrayBuffer> | undefined> {
  // Not in every browser.
  const seen = transport?.getRemoteCertificates?.()[0]
  return seen && new Uint8Array(await crypto.subtle.digest('SHA-256', seen))
}

function onlyFingerprint(description: RTCSessionDescription | null): Uint8Array<ArrayBuffer> | undefined {
  const [, value] = /^sha-256=((?:[0-9A-F]{2}:){31}[0-9A-F]{2})$/.exec(fingerprintsOf(description?.sdp ?? '')) ?? []
  return value === undefined ? undefined : Uint8Array.from(value.split(':'), (pair) => Number.parseInt(pair, 16))
}
