import { claimsOf } from './claims.js'
import type { Group } from './groups.js'
import { Mismatch, NotThere, printable } from './mismatch.js'
import type { GroupedRow } from './row.js'
import { rows } from './rows.js'
import { type Invite, Trial, Unreachable } from './trial.js'

/** It is not known what to try. */
class NoSuchRow extends Error {
  override name = 'NoSuchRow'
}

/** What has been found out about a row. */
export type Verdict = 'holds' | 'does not' | 'not there' | 'not tried'

export interface Finding {
  readonly row: GroupedRow
  readonly verdict: Verdict
  /** What is wrong; empty where nothing is. */
  readonly detail: string
}

export interface ConformOptions {
  /** `ws:` or `wss:`. */
  readonly url: string
  /** The name of a group, or of one row with that of its group before it: `base/full`. Without it all of them. */
  readonly only?: string
  /** What lets in, where a server wants that. Without it nobody has a token. */
  readonly invite?: Invite
  /** How long an answer may take, in milliseconds. Default 3000. */
  readonly answerMs?: number
  /** When the run ends at the latest, in milliseconds; what has not been tried by then is not. Default 60 000. */
  readonly runMs?: number
}

export interface ConformOutput {
  /** Takes a line. */
  readonly print: (line: string) => void
  /** Takes a sentence about why nothing can be tried. */
  readonly complain: (sentence: string) => void
}

/**
 * `signalbox conform`: tries a server against the rows of docs/protocol.md, and prints a line for each.
 *
 * @returns  the exit code: 0 when the base protocol holds and whatever else the server says it has; 1 when something does not, or
 *   could not be tried in time; 2 when there is no such server, or row
 */
export async function conform(options: ConformOptions, { print, complain }: ConformOutput): Promise<0 | 1 | 2> {
  const startedAt = performance.now()
  const findings: Finding[] = []
  try {
    for await (const finding of findingsOf(options)) {
      findings.push(finding)
      print(lineOf(finding))
    }
  } catch (error) {
    if (error instanceof NoSuchRow) complain(error.message)
    else if (error instanceof Unreachable)
      complain(`${nameOf(options.url)} cannot be reached: ${printable(error.message)}.`)
    else throw error
    return 2
  }
  const count = (verdict: Verdict): number => findings.filter((finding) => finding.verdict === verdict).length
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  const [holds, not, absent, untried] = [count('holds'), count('does not'), count('not there'), count('not tried')]
  const late = untried === 0 ? '' : `, ${untried} not tried`
  print(`${findings.length} rows: ${holds} hold, ${not} not, ${absent} not there${late}; ${seconds} s.`)
  return not + untried === 0 ? 0 : 1
}

/**
 * What holds, row by row, as it is found out.
 *
 * @throws Unreachable  when there is no such server
 * @throws NoSuchRow
 */
export async function* findingsOf(options: ConformOptions): AsyncGenerator<Finding, void, undefined> {
  const { url, only, invite, answerMs = 3000, runMs = 60_000 } = options
  const late = `${runMs / 1000} s are over`
  const [entry, ...others] = rows
  if (entry === undefined) return
  const isWanted = ({ group, name }: GroupedRow): boolean =>
    only === undefined || [group, `${group}/${name}`].includes(only)
  if (!rows.some(isWanted))
    throw new NoSuchRow(`${printable(String(only))} is no group of rows, and no row; see --help.`)
  const trial = new Trial({ url, answerMs, invite, signal: AbortSignal.timeout(runMs) })
  // That it is there at all.
  await trial.connect()
  await trial.end()
  // Where nobody is let in nothing else can be found out.
  const entered = await tryRow(entry, trial, late)
  if (isWanted(entry)) yield entered
  let claims: ReadonlySet<Group> | undefined
  for (const row of others.filter(isWanted)) {
    if (entered.verdict !== 'holds') yield { row, verdict: 'not tried', detail: 'nobody is let in' }
    else {
      if (row.group !== 'base') claims ??= await claimsOf(trial)
      if (trial.isOver) yield { row, verdict: 'not tried', detail: late }
      else if (claims?.has(row.group) === false) yield { row, verdict: 'not there', detail: '' }
      else yield await tryRow(row, trial, late)
    }
  }
}

/** @param late  what to say when the time is over before it is known */
async function tryRow(row: GroupedRow, trial: Trial, late: string): Promise<Finding> {
  try {
    await row.holds(trial)
    return { row, verdict: 'holds', detail: '' }
  } catch (error) {
    if (trial.isOver) return { row, verdict: 'not tried', detail: late }
    if (error instanceof NotThere) return { row, verdict: 'not there', detail: error.message }
    if (error instanceof Mismatch) return { row, verdict: 'does not', detail: error.message }
    if (error instanceof Unreachable) return { row, verdict: 'does not', detail: `no socket opens: ${error.message}` }
    throw error
  } finally {
    await trial.end()
  }
}

function lineOf({ row, verdict, detail }: Finding): string {
  const line = `${verdict.padEnd(9)}  ${row.group}/${row.name}: ${row.says}`
  if (detail === '') return line
  return verdict === 'does not'
    ? `${line} It does not: ${detail}. See "${row.stands}" in docs/protocol.md.`
    : `${line} (${detail})`
}

/** An address without what may be a secret. */
function nameOf(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}
