import type { Group } from './groups.js'
import type { Trial } from './trial.js'

/** One thing that the protocol says. */
export interface Row {
  /** A word or two, with hyphens. */
  readonly name: string
  /** What holds, as a sentence. */
  readonly says: string
  /** The heading, or the words in bold, in docs/protocol.md that it stands under. */
  readonly stands: string
  /** @throws Mismatch, NotThere, or Unreachable, when it does not hold */
  readonly holds: (trial: Trial) => Promise<void>
}

export interface GroupedRow extends Row {
  readonly group: Group
}
