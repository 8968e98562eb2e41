import type { ConnectionSample, InboundSample, OutboundSample } from './connection-sample.js'
import { type Slot, slots } from './slots.js'

/** Sound or a picture on its way. What the browser does not tell is not there. */
export interface StreamDetails {
  /** In the last second, in kbit/s. */
  readonly kbps: number
  /** As it is called in a description, without the kind: `opus`, `VP8`. */
  readonly codec?: string
  /** Of a picture, in pixels. */
  readonly width?: number
  /** Of a picture, in pixels. */
  readonly height?: number
  /** Of a picture. */
  readonly framesPerSecond?: number
}

/** What goes over a connection, and which way. */
export interface ConnectionDetails {
  /** Whether a TURN server is between the two. */
  readonly isRelayed: boolean
  /** How this side sends: to its own TURN server where it uses one, else to the peer. Not every browser tells. */
  readonly transport?: 'udp' | 'tcp' | 'tls'
  /** By slot; only those in which something has come within the last second. */
  readonly received: ReadonlyMap<Slot, StreamDetails>
  /** By slot; only those in which something has gone out within the last second. */
  readonly sent: ReadonlyMap<Slot, StreamDetails>
}

/** Makes the details out of two samples of one connection, `last` being the earlier one. */
export function detailsOf(sample: ConnectionSample, last: ConnectionSample): ConnectionDetails {
  const passedMs = sample.timestampMs - last.timestampMs
  const transport = transportOf(sample.relayProtocol ?? sample.protocol)
  return {
    isRelayed: sample.isRelayed,
    ...(transport === undefined ? {} : { transport }),
    received: streamsOf(sample.inbound, last.inbound, passedMs),
    sent: streamsOf(sample.outbound, last.outbound, passedMs),
  }
}

function transportOf(protocol: string | undefined): ConnectionDetails['transport'] {
  return protocol === 'udp' || protocol === 'tcp' || protocol === 'tls' ? protocol : undefined
}

function streamsOf(
  now: ReadonlyMap<string, InboundSample | OutboundSample>,
  before: ReadonlyMap<string, InboundSample | OutboundSample>,
  passedMs: number,
): Map<Slot, StreamDetails> {
  const streams = new Map<Slot, StreamDetails>()
  for (const slot of slots) {
    const sample = now.get(slot)
    const bytes = (sample?.bytes ?? 0) - (before.get(slot)?.bytes ?? 0)
    if (sample === undefined || !(bytes > 0) || !(passedMs > 0)) continue
    const { codec, frameWidth: width, frameHeight: height, framesPerSecond } = sample
    streams.set(slot, {
      kbps: (bytes * 8) / passedMs,
      ...(codec === undefined ? {} : { codec: codec.replace(/^\w+\//, '') }),
      ...(width === undefined ? {} : { width }),
      ...(height === undefined ? {} : { height }),
      ...(framesPerSecond === undefined ? {} : { framesPerSecond }),
    })
  }
  return streams
}
