/**
 * Whether a room token is an invitation for anybody, as far as it says so itself: it names nobody, and makes no host. One that
 * is somebody's own is not to be passed on.
 */
export function isForAnybody(token: string): boolean {
  const claims = claimsOf(token)
  return claims !== undefined && !('sub' in claims) && !('name' in claims) && claims['role'] !== 'host'
}

/** What a token says (RFC 7519, section 7.2); nothing here depends on whether it is true. */
function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  const [, payload = ''] = token.split('.')
  try {
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0))
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return typeof claims === 'object' && claims !== null ? { ...claims } : undefined
  } catch {
    return undefined
  }
}
