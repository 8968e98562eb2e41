import { setTimeout as elapse } from 'node:timers/promises'

const lookEveryMs = 50
const usualMs = 15_000

/** Waits until it is so. @returns whether it was in time */
export async function isSoWithin(withinMs: number, isSo: () => boolean | Promise<boolean>): Promise<boolean> {
  const endMs = performance.now() + withinMs
  while (!(await isSo())) {
    if (performance.now() > endMs) return false
    await elapse(lookEveryMs)
  }
  return true
}

/** Waits until it is so, or fails. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  if (!(await isSoWithin(usualMs, isSo))) throw new Error(`not within ${usualMs} ms: ${what}`)
}
