import { type Static, type TObject, Type } from '@sinclair/typebox'
import { AccessConfig } from './access-config.js'
import { AdmissionLimits } from './admission-limits.js'
import { BrandConfig } from './brand-config.js'
import { IceConfig } from './ice-config.js'
import { LogConfig } from './log-config.js'
import { MetricsConfig } from './metrics-config.js'
import { QualityConfig } from './quality-config.js'
import { ms } from './setting-kinds.js'
import { StoreConfig } from './store-config.js'
import { TlsConfig } from './tls-config.js'
import { WebConfig } from './web-config.js'
import { WebhookConfig } from './webhook-config.js'

/**
 * What bounds a client, and the service's patience with it. The plugin takes these as options; the
 * process reads them from the environment. Times are in milliseconds, sizes in bytes.
 */
export const Limits = Type.Object({
  maxFrameBytes: Type.Integer({
    default: 65_536,
    minimum: 1024,
    maximum: 16_777_216,
    description: 'Largest frame a client may send, in bytes. Over it: close code 1009.',
  }),
  maxFragments: Type.Integer({
    default: 64,
    minimum: 1,
    maximum: 1_000_000,
    description: 'Most fragments of one message (RFC 6455, section 5.4). Over it: close code 1008.',
  }),
  maxBufferedChunks: Type.Integer({
    default: 1024,
    minimum: 16,
    maximum: 1_000_000,
    description:
      'Most pieces, as the network delivers them, that may wait for the rest of a frame. Over it: close code 1008.',
  }),
  maxQueuedBytes: Type.Integer({
    default: 1_048_576,
    minimum: 65_536,
    maximum: 1_073_741_824,
    description: 'Most bytes that may wait for a client that reads too slowly. Over it: close code 1013.',
  }),
  maxMessagesPerSecond: Type.Integer({
    default: 50,
    minimum: 1,
    maximum: 1_000_000,
    description:
      'How many messages a socket may send in a second, on the average. Over it the socket is read no faster.',
  }),
  messageBurst: Type.Integer({
    default: 100,
    minimum: 1,
    maximum: 1_000_000,
    description: 'How many it may send at once in a room of two; 30 more for each further place in the room.',
  }),
  maxBytesPerSecond: Type.Integer({
    default: 65_536,
    minimum: 1024,
    maximum: 1_073_741_824,
    description: 'How many bytes of messages a socket may send in a second, on the average. Over it likewise.',
  }),
  byteBurst: Type.Integer({
    default: 1_048_576,
    minimum: 1024,
    maximum: 1_073_741_824,
    description: 'How many bytes it may send at once.',
  }),
  overloadMs: ms(
    10_000,
    'How long a socket may go on sending more than may be read. Over it: close code 4100. Until then nothing is lost.',
  ),
  maxMalformedMessages: Type.Integer({
    default: 20,
    minimum: 0,
    maximum: 1_000_000,
    description: 'How many malformed messages a socket may send. One more: close code 1008.',
  }),
  upgradeTimeoutMs: ms(10_000, 'Time an upgrade request has to become a WebSocket. Over it: its socket is cut.'),
  joinTimeoutMs: ms(
    10_000,
    'Time a new socket has for its first `join` or `resume` that is no error. Over it: close code 4008.',
  ),
  pingIntervalMs: ms(15_000, 'How often the server pings a socket.'),
  pongTimeoutMs: ms(9_000, 'How long a ping may stay unanswered before the socket is dropped.'),
  closeTimeoutMs: ms(
    2_000,
    'How long a socket has to answer a close frame before it is cut. While the service stops, also no longer than `drainMs` leaves.',
  ),
  drainMs: ms(
    8_000,
    'How long the service may take to stop: those who can resume are asked to go elsewhere, each at another time; the rest is closed with 1012 in time. Half a second at the least, so that sockets can answer.',
    0,
  ),
  resumeWindowMs: ms(30_000, 'How long the seat of a member that can resume is held once its socket is gone.'),
  awayAfterMs: ms(3_000, 'How long the socket of such a member may be gone until the others are told that it is away.'),
  reloadWindowMs: ms(
    5_000,
    'How long the place of such a member that has closed its page is kept for the same page, should it have been a reload.',
    0,
  ),
  maxReplayMessages: Type.Integer({
    default: 2048,
    minimum: 1,
    maximum: 1_000_000,
    description: 'Most messages kept for a member that can resume until it has acknowledged them. Over it: `resync`.',
  }),
  maxReplayBytes: Type.Integer({
    default: 524_288,
    minimum: 1024,
    maximum: 1_073_741_824,
    description: 'Most bytes of them. Over it: `resync`. Less than `maxQueuedBytes`, as they are sent at once.',
  }),
  maxRoomCapacity: Type.Integer({
    default: 16,
    minimum: 2,
    maximum: 1000,
    description: 'Largest `capacity` a `join` can get. Without a `capacity` in the `join` a room holds 2.',
  }),
  maxKnocks: Type.Integer({
    default: 32,
    minimum: 1,
    maximum: 10_000,
    description: 'Most people who may knock at one room at once. To more it is locked.',
  }),
  maxRoomIdLength: Type.Integer({
    default: 64,
    minimum: 1,
    maximum: 1024,
    description: 'Longest room id, in UTF-16 units.',
  }),
  maxNameLength: Type.Integer({
    default: 64,
    minimum: 1,
    maximum: 1024,
    description: 'Longest name of a member, in UTF-16 units.',
  }),
  maxMetadataBytes: Type.Integer({
    default: 1024,
    minimum: 2,
    maximum: 65_536,
    description: 'Largest `metadata` of a member, in bytes of its JSON text in UTF-8.',
  }),
})
export type Limits = Static<typeof Limits>

/** What the process is told by its environment, apart from the limits. */
export const ProcessConfig = Type.Object({
  port: Type.Integer({
    default: 3000,
    minimum: 0,
    maximum: 65_535,
    description: 'Port to listen on, for the page and the WebSocket alike. 0 takes a free one.',
  }),
  host: Type.String({ default: '0.0.0.0', minLength: 1, description: 'Address to listen on. `::` for IPv6 and IPv4.' }),
  logLevel: Type.Union(
    ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'].map((level) => Type.Literal(level)),
    { default: 'info', description: 'Least severe level that is logged.' },
  ),
  page: Type.Boolean({
    default: true,
    description:
      'Whether the call page and the browser SDK are served. `false`: the WebSocket, `POST /leave` and the probes only.',
  }),
  trustProxy: Type.Array(Type.String({ pattern: '^[\\da-fA-F:.]+(/\\d{1,3})?$' }), {
    default: [],
    // The lists of the large providers are longer than that of any other setting.
    maxItems: 64,
    form: 'networks such as 10.0.0.0/8 or fd00::/8, with commas between them',
    description:
      'The proxies in front, by their addresses: of what they send, `X-Forwarded-For`, `X-Forwarded-Proto` and `X-Forwarded-Host` are believed, and of nobody else.',
  }),
})
export type ProcessConfig = Static<typeof ProcessConfig>

/** What the process and an app that embeds the service set alike. */
export const ServiceConfig = Type.Composite([
  LogConfig,
  AccessConfig,
  WebConfig,
  BrandConfig,
  IceConfig,
  StoreConfig,
  QualityConfig,
  WebhookConfig,
  Limits,
  AdmissionLimits,
])
export type ServiceConfig = Static<typeof ServiceConfig>

export const Config = Type.Composite([ProcessConfig, TlsConfig, MetricsConfig, ServiceConfig])
export type Config = Static<typeof Config>
export type ConfigKey = keyof Config

/** The three settings that every platform names alike keep their plain names; all others carry the prefix. */
const plainNames: Partial<Record<string, string>> = { port: 'PORT', host: 'HOST', logLevel: 'LOG_LEVEL' }

/** The environment variable of a setting: `maxFrameBytes` is `SIGNALBOX_MAX_FRAME_BYTES`. */
export function environmentName(key: string): string {
  return plainNames[key] ?? `SIGNALBOX_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
}

/** The defaults that a schema states. */
export function defaultsOf<T extends TObject>(schema: T): Static<T> {
  return Object.fromEntries(
    Object.entries(schema.properties).map(([key, property]) => [key, property.default]),
  ) as Static<T>
}
