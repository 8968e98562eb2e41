import { SignalingError } from '../../../schemas/index.js'
import type { Tally } from '../../metrics/tally.js'
import { StoreUnavailable } from '../../rooms/room-store.js'

/** Counts by its code what it fails with, and fails with that; what has no code in the list is `failed`. */
export async function countFailure(done: Promise<void>, outcomes: Tally<string>): Promise<void> {
  try {
    await done
  } catch (error) {
    if (!outcomes.add(codeOf(error))) outcomes.add('failed')
    throw error
  }
}

function codeOf(error: unknown): string {
  if (error instanceof StoreUnavailable) return 'store-unavailable'
  return error instanceof SignalingError ? error.code : 'failed'
}
