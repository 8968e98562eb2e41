import { randomBytes } from 'node:crypto'
import type { IceConfig } from '../../schemas/index.js'
import { type IceUrl, parseIceUrl } from './ice-url.js'
import { isInside } from './stun-address.js'
import { type ConversationOptions, converse, type StunLink } from './stun-link.js'
import { mintCredential } from './turn-credentials.js'
import { allocate, bind } from './turn-exchange.js'
import { sentence, TurnFailure, type TurnFault, type TurnWarning, turnWarnings } from './turn-faults.js'

/** How it stands with one URL. */
export interface TurnReport {
  readonly url: string
  readonly ok: boolean
  /** How long it took, from the search for its address to the allocation, or to the answer of a STUN server. */
  readonly ms?: number
  /** Where the allocation was. */
  readonly relayedAddress?: string
  /** What is wrong, when it is not ok. */
  readonly fault?: TurnFault
  /** What is worth a look all the same, when it is. */
  readonly warnings?: readonly TurnWarning[]
  /** All of it in words, with what to do; without the URL. */
  readonly sentence: string
}

export interface CheckResult {
  readonly reports: TurnReport[]
  /** Which of the secrets most TURN servers accept, the first of several; undefined when none accepts any. */
  readonly secret: number | undefined
}

/** What a TURN server did for one secret. */
interface Relay {
  readonly ms: number
  readonly relayedAddress: string
  readonly warnings: TurnWarning[]
}

/** The attempts on one URL, one for each secret until it is clear that secrets do not matter. */
interface Attempts {
  readonly target: IceUrl
  readonly outcomes: readonly (Relay | TurnFailure)[]
}

const dayMs = 86_400_000
/** How far ahead a clock may be for it to be told from a wrong secret. */
const furtherTtls = [
  { ttlMs: dayMs, words: 'a day' },
  { ttlMs: 366 * dayMs, words: 'a year' },
]

/** Nobody there is in a call; in a cloud it is where a machine asks for its keys. */
const linkLocal = '169.254.169.254'

/** For a second question to a server that has answered nothing to the first. */
const secondQuestionMs = 1500

/**
 * Tries every server with what members would be given: a real allocation at TURN servers, given back at once, a binding at
 * STUN servers. All at the same time; it takes as long as the slowest, with a silent one `timeoutMs` and a second and a half.
 *
 * @throws the reason of the signal, when that is aborted
 */
export async function checkServers(config: IceConfig, options: ConversationOptions = {}): Promise<CheckResult> {
  const { stunUrls, turnUrls, turnSecrets } = config
  // Without a secret they are for nobody.
  const turnTargets = turnSecrets.length > 0 ? targetsOf(turnUrls) : []
  const [stun, attempts] = await Promise.all([
    Promise.all(targetsOf(stunUrls).map((target) => checkStun(target, options))),
    Promise.all(turnTargets.map((target) => attempt(target, config, options))),
  ])
  const secret = mostAccepted(attempts, turnSecrets.length)
  const turn = attempts.map((attempt) => judge(attempt, secret, config, options))
  return { reports: [...stun, ...(await Promise.all(turn))], secret }
}

function targetsOf(urls: readonly string[]): IceUrl[] {
  return urls.map(parseIceUrl).filter((target) => target !== undefined)
}

async function checkStun(target: IceUrl, options: ConversationOptions): Promise<TurnReport> {
  const since = performance.now()
  const answer = await outcomeOf(converse(target, bind, options))
  if (answer instanceof TurnFailure) return blame(target, answer)
  const ms = Math.round(performance.now() - since)
  return { url: target.url, ok: true, ms, sentence: `ok in ${ms} ms` }
}

async function attempt(
  target: IceUrl,
  { turnSecrets, turnTtlMs }: IceConfig,
  options: ConversationOptions,
): Promise<Attempts> {
  const outcomes: (Relay | TurnFailure)[] = []
  for (const secret of turnSecrets) {
    const outcome = await outcomeOf(relay(target, secret, turnTtlMs, options))
    outcomes.push(outcome)
    if (outcome instanceof TurnFailure && outcome.fault !== 'wrong-secret') break
  }
  return { target, outcomes }
}

async function relay(target: IceUrl, secret: string, ttlMs: number, options: ConversationOptions): Promise<Relay> {
  const since = performance.now()
  // A user of its own each time: it must not run into the quota of the last.
  const credential = mintCredential(secret, randomBytes(15).toString('base64url'), Date.now() + ttlMs)
  const talk = async (link: StunLink): Promise<Relay> => {
    const allocation = await allocate(link, credential)
    const ms = Math.round(performance.now() - since)
    const { address } = allocation.relayed
    const warnings: TurnWarning[] = []
    if (allocation.isOpen) warnings.push('open')
    if ((await outcomeOf(allocation.permit(linkLocal))) === undefined) warnings.push('inside')
    if (isInside(address) && !isInside(link.remoteAddress)) warnings.push('private-relay')
    // It has done what it should; without this it gives the allocation back by itself, later.
    await outcomeOf(allocation.release())
    return { ms, relayedAddress: address, warnings }
  }
  return converse(target, talk, options)
}

function mostAccepted(attempts: readonly Attempts[], secrets: number): number | undefined {
  const accepted = Array.from(
    { length: secrets },
    (_, n) => attempts.filter(({ outcomes }) => isRelay(outcomes[n])).length,
  )
  const most = Math.max(0, ...accepted)
  return most === 0 ? undefined : accepted.indexOf(most)
}

async function judge(
  { target, outcomes }: Attempts,
  secret: number | undefined,
  config: IceConfig,
  options: ConversationOptions,
): Promise<TurnReport> {
  const used = secret === undefined ? undefined : outcomes[secret]
  if (isRelay(used)) return isRelay(outcomes[0]) ? praise(target, used) : praise(target, used, ['later-secret'])
  if (outcomes.some(isRelay))
    return blame(target, new TurnFailure('wrong-secret', 'it accepts another one of ours than most of the servers do'))
  const failure = outcomes.find((outcome) => outcome instanceof TurnFailure) ?? new TurnFailure('wrong-secret')
  if (failure.fault === 'wrong-secret') {
    const outcome = await lookForSkew(target, config, options)
    return isRelay(outcome) ? praise(target, outcome) : blame(target, outcome ?? failure)
  }
  if (failure.fault === 'unreachable') return blame(target, (await lookForStun(target, options)) ?? failure)
  return blame(target, failure)
}

function praise({ url }: IceUrl, relay: Relay, more: TurnWarning[] = []): TurnReport {
  const { ms, relayedAddress } = relay
  const warnings = [...relay.warnings, ...more]
  const but = warnings.map((warning) => sentence(turnWarnings[warning])).join(' Also, ')
  return {
    url,
    ok: true,
    ms,
    relayedAddress,
    ...(warnings.length > 0 && { warnings }),
    sentence: `ok in ${ms} ms${but && `, but ${but}`}`,
  }
}

function blame({ url }: IceUrl, { fault, message }: TurnFailure): TurnReport {
  return { url, ok: false, fault, sentence: message }
}

/**
 * A secret is right after all when a password made with it is accepted that ends far in the future.
 *
 * @returns  what the server does for one that ends soon, should it have come to accept that in the meantime
 */
async function lookForSkew(
  target: IceUrl,
  { turnSecrets, turnTtlMs }: IceConfig,
  options: ConversationOptions,
): Promise<Relay | TurnFailure | undefined> {
  for (const { ttlMs, words } of furtherTtls) {
    for (const secret of turnSecrets) {
      if (!isRelay(await outcomeOf(relay(target, secret, ttlMs, options)))) continue
      const again = await outcomeOf(relay(target, secret, turnTtlMs, options))
      return isRelay(again) ? again : new TurnFailure('clock-skew', `it accepts one that is good for ${words}`)
    }
  }
  return undefined
}

/** Servers for STUN alone mostly do not answer to an Allocate at all. */
async function lookForStun(target: IceUrl, options: ConversationOptions): Promise<TurnFailure | undefined> {
  const answer = await outcomeOf(converse(target, bind, { ...options, timeoutMs: secondQuestionMs }))
  return answer instanceof TurnFailure ? undefined : new TurnFailure('no-turn', 'it answers to STUN')
}

function isRelay(outcome: Relay | TurnFailure | undefined): outcome is Relay {
  return outcome !== undefined && !(outcome instanceof TurnFailure)
}

/** A failure of the server is an outcome; everything else is thrown. */
async function outcomeOf<T>(promise: Promise<T>): Promise<T | TurnFailure> {
  try {
    return await promise
  } catch (error) {
    if (error instanceof TurnFailure) return error
    throw error
  }
}
