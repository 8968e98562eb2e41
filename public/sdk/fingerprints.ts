/**
 * The fingerprints of the certificates in a session description (`a=fingerprint`, RFC 8122 section 5), each once, in an order
 * that does not depend on where they stand; '' when there is none. DTLS lets nobody else be at that end of the connection.
 */
export function fingerprintsOf(sdp: string): string {
  const found = Array.from(
    sdp.matchAll(/^a=fingerprint:(\S+) (\S+)/gm),
    ([, hash = '', value = '']) => `${hash.toLowerCase()}=${value.toUpperCase()}`,
  )
  return [...new Set(found)].sort().join(',')
}
