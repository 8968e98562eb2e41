import { randomBytes } from 'node:crypto'
import { Value } from '@sinclair/typebox/value'
import { type IceConfig, type IceServer, IceServers } from '../../schemas/index.js'
import { parseIceUrl } from './ice-url.js'
import { mintCredential, opaqueUser } from './turn-credentials.js'

/** For whom servers are asked for. */
export interface IceMember {
  readonly roomId: string
  /** Who it is, where that is known (`sub` of its token). */
  readonly subject?: string
  readonly role?: string
}

/** An application's own way to give servers, from any provider. */
export type IceServersHook = (
  member: IceMember,
) => IceServers | readonly IceServer[] | Promise<IceServers | readonly IceServer[]>

/** Gives the configured servers: STUN as it is, TURN with a password made for the member. */
export class ConfiguredServers {
  readonly #config: IceConfig
  readonly #key = randomBytes(32)
  #secret = 0
  /** One for all, as each member keeps what it was given. */
  readonly #withoutTurn: IceServers

  constructor(config: IceConfig) {
    this.#config = config
    this.#withoutTurn = { iceServers: config.stunUrls.length > 0 ? [{ urls: config.stunUrls }] : [] }
  }

  /** @param secret  which of the secrets the passwords are made with from now on */
  use(secret: number): void {
    this.#secret = secret
  }

  for({ subject }: IceMember): IceServers {
    const { turnUrls, turnSecrets, turnTtlMs } = this.#config
    const secret = turnSecrets[this.#secret]
    if (turnUrls.length === 0 || secret === undefined) return this.#withoutTurn
    const credential = mintCredential(secret, opaqueUser(this.#key, subject), Date.now() + turnTtlMs)
    const { iceServers } = this.#withoutTurn
    return { iceServers: [...iceServers, { urls: turnUrls, ...credential }], ttlMs: turnTtlMs }
  }
}

/** How long an application may take. */
const hookTimeoutMs = 5000

/**
 * Asks the application.
 *
 * @throws Error  when it throws, or takes longer than 5 s, or its answer is one that a browser would refuse
 */
export async function askHook(hook: IceServersHook, member: IceMember): Promise<IceServers> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${hookTimeoutMs} ms`)), hookTimeoutMs)
  })
  try {
    return readAnswer(await Promise.race([hook(member), late]))
  } finally {
    clearTimeout(timer)
  }
}

function readAnswer(answer: unknown): IceServers {
  const given: unknown = Value.Clean(IceServers, Value.Clone(Array.isArray(answer) ? { iceServers: answer } : answer))
  if (!Value.Check(IceServers, given)) {
    const error = Value.Errors(IceServers, given).First()
    throw new TypeError(`the answer${error?.path ?? ''} is not as it should be: ${error?.message}`)
  }
  for (const { urls, username, credential } of given.iceServers) {
    const targets = urls.map(parseIceUrl)
    if (targets.includes(undefined)) throw new TypeError('a URL in the answer is none that a browser would take')
    if (targets.some((target) => target?.kind === 'turn') && (username === undefined || credential === undefined))
      throw new TypeError('a TURN server in the answer has no username or no credential')
  }
  return given
}
