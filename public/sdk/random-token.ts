/** @returns 128 random bits, in hexadecimal; there also where a page may not use the rest of Web Cryptography */
export function randomToken(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
