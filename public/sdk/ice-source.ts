/** Fresh ones are not asked for more often than this: what came a moment ago is as good. */
const freshForMs = 10_000
/** How long an ICE restart waits for fresh ones; then it goes on with those that there are. */
const patienceMs = 1000

/** STUN and TURN servers, or what gives them: asked before the first connection and before each ICE restart. */
export type IceServersOption =
  | readonly RTCIceServer[]
  | (() => readonly RTCIceServer[] | Promise<readonly RTCIceServer[]>)

/** What an `IceSource` is given. */
export interface IceSourceOptions {
  /** By the application; without it, the service's are used. */
  readonly iceServers?: IceServersOption | undefined
  readonly iceTransportPolicy?: RTCIceTransportPolicy | undefined
}

/** Whom an `IceSource` asks, and tells what goes wrong. */
export interface IceService {
  /** Asks the service, which answers by `update`. @returns false when it cannot be asked now */
  readonly ask: () => boolean
  readonly onError: (cause: unknown) => void
}

/**
 * Which STUN and TURN servers connections use. Passwords for TURN are good for some minutes only, so whoever looks for new ways
 * needs fresh ones.
 */
export class IceSource {
  readonly #given: IceServersOption | undefined
  readonly #policy: RTCIceTransportPolicy | undefined
  #service: IceService = { ask: () => false, onError: () => {} }
  #servers: readonly RTCIceServer[]
  #configuration: RTCConfiguration
  #freshMs = Number.NEGATIVE_INFINITY
  #refreshing: Promise<void> | undefined
  #onUpdate: () => void = () => {}

  constructor({ iceServers, iceTransportPolicy }: IceSourceOptions) {
    this.#given = iceServers
    this.#policy = iceTransportPolicy
    this.#servers = Array.isArray(iceServers) ? iceServers : []
    this.#configuration = this.#make()
  }

  /** Asks the application for the first ones, if it is to be asked. @throws  what the application throws */
  async begin(): Promise<void> {
    if (typeof this.#given === 'function') this.#use(await this.#given())
  }

  /** Who is to be asked from now on. */
  serve(service: IceService): void {
    this.#service = service
  }

  /** For a connection; another object when something has changed. */
  get configuration(): RTCConfiguration {
    return this.#configuration
  }

  /** The service has sent others. */
  update(servers: readonly RTCIceServer[]): void {
    if (this.#given === undefined) this.#use(servers)
    this.#onUpdate()
  }

  /**
   * Gets fresh ones, if there is anything to be had: of the application always, of the service before an ICE restart, as it
   * replaces them by itself before they run out. Never rejects.
   */
  async refresh(isRestart: boolean): Promise<void> {
    const given = this.#given
    const isAsked = typeof given === 'function' || (given === undefined && isRestart && this.#servers.some(hasPassword))
    if (!isAsked || performance.now() - this.#freshMs < freshForMs) return
    this.#refreshing ??= (typeof given === 'function' ? this.#askApplication(given) : this.#askService()).finally(
      () => {
        this.#refreshing = undefined
      },
    )
    await this.#refreshing
  }

  async #askApplication(given: Extract<IceServersOption, () => unknown>): Promise<void> {
    try {
      const servers = await Promise.race([given(), elapsed(patienceMs)])
      if (servers !== undefined) this.#use(servers)
    } catch (cause) {
      this.#service.onError(cause)
    }
  }

  async #askService(): Promise<void> {
    const updated = new Promise<void>((resolve) => {
      this.#onUpdate = resolve
    })
    if (this.#service.ask()) await Promise.race([updated, elapsed(patienceMs)])
  }

  #use(servers: readonly RTCIceServer[]): void {
    this.#servers = servers
    this.#freshMs = performance.now()
    this.#configuration = this.#make()
  }

  #make(): RTCConfiguration {
    const policy = this.#policy
    return {
      bundlePolicy: 'max-bundle',
      iceServers: [...this.#servers],
      ...(policy && { iceTransportPolicy: policy }),
    }
  }
}

function hasPassword({ credential }: RTCIceServer): boolean {
  return credential !== undefined
}

function elapsed(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined))
}
