import type { Identity } from './room-store.js'

/** Who has been kicked from a room, and stays out for as long as it exists. */
export class KeepOut {
  readonly #subjects = new Set<string>()
  readonly #tokenIds = new Set<string>()

  add({ subject, tokenId }: Identity): void {
    if (subject !== undefined) this.#subjects.add(subject)
    if (tokenId !== undefined) this.#tokenIds.add(tokenId)
  }

  has({ subject, tokenId }: Identity): boolean {
    return (
      (subject !== undefined && this.#subjects.has(subject)) || (tokenId !== undefined && this.#tokenIds.has(tokenId))
    )
  }
}

/** Whether two members are known to be the same person. */
export function isSamePerson(a: Identity, b: Identity): boolean {
  return a.subject !== undefined && a.subject === b.subject
}

/** Whether two members are the same person, or have at least come by the same token. */
export function isSameOwner(a: Identity, b: Identity): boolean {
  return isSamePerson(a, b) || (a.tokenId !== undefined && a.tokenId === b.tokenId)
}
