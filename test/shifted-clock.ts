import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'

/**
 * What faketime would set for a program. It stays in between otherwise, and does not pass signals on.
 *
 * @param clock  how far its clock is off, as faketime takes it, for instance `+2h`
 */
export function shiftedClock(clock: string): Record<string, string> {
  const said = execFileSync('faketime', ['-f', clock, 'env'], { encoding: 'utf8' })
  const find = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(said)?.[1] ?? ''
  return { LD_PRELOAD: find('LD_PRELOAD'), FAKETIME: find('FAKETIME') }
}

/** What faketime leaves of a program that it was loaded into would keep it from starting under the same number again. */
export function removeClock(pid: number | undefined): void {
  for (const left of ['faketime_shm_', 'sem.faketime_sem_']) rmSync(`/dev/shm/${left}${pid}`, { force: true })
}
