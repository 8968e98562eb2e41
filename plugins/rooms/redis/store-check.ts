import type { Limits, StoreConfig } from '../../../schemas/index.js'
import { openLink, prefixOf } from './open-link.js'

/** How long the store has to be there. */
const patienceMs = 5000

/** Whether the store can be used, in a sentence. */
export interface StoreReport {
  readonly ok: boolean
  readonly sentence: string
}

/**
 * Does once what every operation does: connects, listens, and runs the script, on a room that there is not.
 *
 * @throws SettingError
 */
export async function checkStore(config: StoreConfig, limits: Limits): Promise<StoreReport> {
  let reason: string | undefined
  const link = openLink(config, limits, {
    onAway: (why) => {
      reason = why
    },
    onBack: () => {},
  })
  const startMs = performance.now()
  const timeout = new Promise<void>((resolve) => setTimeout(resolve, patienceMs).unref())
  try {
    await Promise.race([link.ready(), timeout])
    if (!link.isStarted) return { ok: false, sentence: `cannot be used: ${reason ?? 'it does not answer'}.` }
    await link.run(`${prefixOf(config)}{check}`, 'tick', [])
    return { ok: true, sentence: `ok in ${Math.round(performance.now() - startMs)} ms` }
  } catch (error) {
    return { ok: false, sentence: `cannot be used: ${error instanceof Error ? reasonOf(error) : String(error)}.` }
  } finally {
    await link.close()
  }
}

function reasonOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message
}
