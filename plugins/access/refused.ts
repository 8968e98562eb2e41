import { type ErrorCode, SignalingError } from '../../schemas/index.js'

/** Somebody may not come in. The client is told the code alone, the log the reason as well. */
export class Refused extends SignalingError {
  /** Which of the causes of this code, in a few words of our own. */
  readonly reason: string

  constructor(code: Extract<ErrorCode, `token-${string}` | `access-${string}`>, reason: string) {
    super(code)
    this.reason = reason
  }
}
