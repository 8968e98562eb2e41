import type { closeCodes } from '../../schemas/index.js'

type CloseCode = (typeof closeCodes)[keyof typeof closeCodes]
type FinalCode = Extract<CloseCode, { readonly retry: false }>['code']

// A value of schemas/ cannot be loaded by a browser; this type makes the compiler hold the two lists together.
const finalCodes: Readonly<Record<FinalCode, true>> = {
  1002: true,
  1003: true,
  1007: true,
  1008: true,
  1009: true,
  4001: true,
  4008: true,
  4010: true,
  4011: true,
}

/**
 * Whether a client whose socket was closed with this code may connect again by itself (with back-off).
 *
 * @param code  of the close frame; 1006 and 1005 are what a browser reports when there was none
 */
export function mayReturn(code: number): boolean {
  // 40xx: by the protocol, none of them invites back; also those a newer service may add.
  return !(code in finalCodes) && !(code >= 4000 && code < 4100)
}
