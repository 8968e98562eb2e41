import { applyPlan, planVideo } from './adaptation.js'
import type { Connection } from './connection.js'
import type { ConnectionSample, OutboundSample } from './connection-sample.js'
import type { WantedHeights } from './control-channel.js'
import type { PeerOptions } from './peer-options.js'
import { RateControl } from './rate-control.js'
import { type Slot, slots } from './slots.js'

const videoSlots = ['camera', 'screen'] as const

/** What goes out to one peer: the published tracks, each as large and as good as the peer shows it and the way bears it. */
export class Outgoing {
  readonly #options: PeerOptions
  readonly #onError: (cause: unknown) => void
  #connection: Connection
  #wanted: WantedHeights = {}
  #rate = new RateControl()
  /** What each sender was last given: `sender.track` says so only when it has it. */
  readonly #given = new WeakMap<RTCRtpSender, MediaStreamTrack | null>()
  readonly #reportedAtMs = new Map<Slot, number | undefined>()
  /** Pictures that nobody looks at, or for which there is no room. */
  readonly #idle = new Set<Slot>()

  /** @param onError  is told what a browser refuses; the pictures go out all the same, as they are */
  constructor(options: PeerOptions, connection: Connection, onError: (cause: unknown) => void) {
    this.#options = options
    this.#connection = connection
    this.#onError = onError
  }

  /** Goes on with another connection, of which nothing is known yet. */
  use(connection: Connection): void {
    this.#connection = connection
    this.#wanted = {}
    this.#rate = new RateControl()
    this.#idle.clear()
    this.#reportedAtMs.clear()
  }

  /** Whether anything is being sent, if only silence. */
  get isFlowing(): boolean {
    return slots.some((slot) => this.#options.own.publications.get(slot)?.track != null && !this.#idle.has(slot))
  }

  /** Brings a slot of the connection in line with what is published. */
  async publish(slot: Slot): Promise<void> {
    const connection = this.#connection
    const track = this.#options.own.publications.get(slot)?.track ?? null
    if (track !== null) connection.ensure(slot)
    const sender = connection.transceiver(slot)?.sender
    // Without a transceiver yet: whoever makes one asks again.
    if (sender === undefined) return
    if ((this.#given.get(sender) ?? null) !== track) {
      this.#given.set(sender, track)
      try {
        await sender.replaceTrack(track)
      } catch (cause) {
        // It is to be tried again the next time.
        this.#given.delete(sender)
        throw cause
      }
    }
    this.#plan()
  }

  /** The peer says how large it shows what it gets. */
  want(heights: WantedHeights): void {
    this.#wanted = heights
    this.#plan()
  }

  /** Fits what is sent to what the last second has shown of the way, and to how many others there are now. */
  adapt({ outbound }: ConnectionSample): void {
    const sent = videoSlots.flatMap((slot) => outbound.get(slot) ?? [])
    const reports = videoSlots.flatMap((slot) => this.#newReport(slot, outbound.get(slot)))
    const losses = reports.flatMap(({ fractionLost }) => fractionLost ?? [])
    const trips = reports.flatMap(({ rttMs }) => rttMs ?? [])
    this.#rate.next({
      lossFraction: losses.length === 0 ? undefined : Math.max(...losses),
      rttMs: trips.length === 0 ? undefined : Math.max(...trips),
      isCpuLimited: sent.some(({ qualityLimitationReason }) => qualityLimitationReason === 'cpu'),
    })
    this.#plan()
  }

  /** A browser goes on giving the last report it had: where nothing is sent any more that says nothing new. */
  #newReport(slot: Slot, report: OutboundSample | undefined): OutboundSample[] {
    if (report === undefined || report.reportedAtMs === this.#reportedAtMs.get(slot)) return []
    this.#reportedAtMs.set(slot, report.reportedAtMs)
    return [report]
  }

  #plan(): void {
    const { own, remotePeers, uplinkKbps } = this.#options
    // Before that there is nothing to set.
    if (!this.#connection.isNegotiated) return
    for (const slot of videoSlots) {
      const sender = this.#connection.transceiver(slot)?.sender
      const track = own.publications.get(slot)?.track
      if (sender === undefined || track == null) continue
      const { width, height } = track.getSettings()
      const plan = planVideo({
        slot,
        remotePeers: remotePeers(),
        wantedHeight: this.#wanted[slot],
        sourceWidth: width,
        sourceHeight: height,
        uplinkKbps,
        isScreenShared: own.publications.get('screen')?.track != null,
        factor: this.#rate.factor,
      })
      if (plan.isActive) this.#idle.delete(slot)
      else this.#idle.add(slot)
      applyPlan(sender, plan).catch(this.#onError)
    }
  }
}
