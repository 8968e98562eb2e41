/** What a check has found. `unsure`: it does not look right, and a call may work all the same. */
export type Outcome = 'ok' | 'unsure' | 'failed'

/** The result of one check: what was found, by its name among the texts, and with what to do. */
export interface Verdict {
  readonly outcome: Outcome
  /** Which sentence says so. */
  readonly finding: Finding
  /** How long it took, where that says something. */
  readonly ms?: number
}

/** Everything that can be found; each has a sentence, and a piece of advice where there is something to do. */
export type Finding =
  | 'works'
  | 'insecure'
  | 'unsupported'
  | 'denied'
  | 'in-use'
  | 'not-found'
  | 'silent-service'
  | 'no-invitation'
  | 'invitation-refused'
  | 'not-configured'
  | 'stun-silent'
  | 'turn-unreachable'
  | 'turn-refused'
  | 'turn-passes-nothing'

export function works(ms?: number): Verdict {
  return { outcome: 'ok', finding: 'works', ...(ms !== undefined && { ms: Math.round(ms) }) }
}

export function failed(finding: Finding): Verdict {
  return { outcome: 'failed', finding }
}
