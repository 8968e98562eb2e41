import { createSocket } from 'node:dgram'
import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { IceUrl } from './ice-url.js'
import { lengthOf } from './stun-message.js'
import { TurnFailure, type TurnFault } from './turn-faults.js'

/** Carries whole STUN messages to a server and back. */
export interface StunSocket {
  /** Whether the transport itself sends again what gets lost. */
  readonly isReliable: boolean
  /** The server's address. */
  readonly remoteAddress: string
  send(message: Buffer): void
  close(): void
}

export interface StunListener {
  onMessage(bytes: Buffer): void
  /** Nothing comes any more. */
  onFailure(failure: TurnFailure): void
}

/** How long one of several addresses of a name is waited for before the next one is tried as well. */
const nextAddressMs = 1000

/** @throws TurnFailure `unresolved` */
export async function resolve(host: string): Promise<LookupAddress[]> {
  try {
    return await lookup(host, { all: true })
  } catch (error) {
    throw failureOf(error, 'unresolved')
  }
}

/** @throws TurnFailure `unreachable` */
export async function openUdp(
  addresses: readonly LookupAddress[],
  port: number,
  listener: StunListener,
  signal: AbortSignal,
): Promise<StunSocket> {
  let failure = new TurnFailure('unresolved')
  // IPv4 first: more servers listen there, and UDP does not tell soon that one does not.
  for (const { address, family } of addresses.toSorted((a, b) => a.family - b.family)) {
    const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', signal })
    try {
      // Connected, so that it hears of closed ports, and of nobody but the server.
      socket.connect(port, address)
      await once(socket, 'connect', { signal })
    } catch (error) {
      failure = failureOf(error, 'unreachable')
      continue
    }
    socket.on('error', (error) => listener.onFailure(failureOf(error, 'unreachable')))
    socket.on('message', (bytes) => listener.onMessage(bytes))
    return {
      isReliable: false,
      remoteAddress: address,
      send: (message) => socket.send(message, (error) => error && listener.onFailure(failureOf(error, 'unreachable'))),
      close: () => {
        // Closing twice throws, and the signal may have done it.
        if (!signal.aborted) socket.close()
      },
    }
  }
  throw failure
}

/** @throws TurnFailure `refused`, `unreachable` */
export async function openTcp(
  addresses: readonly LookupAddress[],
  { host, port }: IceUrl,
  signal: AbortSignal,
): Promise<Socket> {
  const socket = connect({
    host,
    port,
    signal,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: nextAddressMs,
    lookup: (_host, _options, done) => done(null, [...addresses]),
  })
  return opened(socket, 'connect', 'unreachable')
}

/**
 * Speaks TLS on a connection, as a browser does: the certificate must be trusted and be for the host.
 *
 * @param authority  a certificate to trust, in PEM, instead of those that Node trusts
 * @throws TurnFailure `tls-…`
 */
export async function openTls(socket: Socket, { host }: IceUrl, authority?: string): Promise<Socket> {
  const secure = connectTls({
    socket,
    host,
    // There are no addresses in SNI (RFC 6066, section 3).
    ...(isIP(host) === 0 && { servername: host }),
    ...(authority !== undefined && { ca: authority }),
  })
  return opened(secure, 'secureConnect', 'tls-failed')
}

async function opened(socket: Socket, event: string, fault: TurnFault): Promise<Socket> {
  // A `close` follows each error, whoever listens by then.
  socket.on('error', () => {})
  const closed = once(socket, 'close').then(() => {
    throw new TurnFailure(fault, 'it closed the connection')
  })
  try {
    await Promise.race([once(socket, event), closed])
  } catch (error) {
    throw failureOf(error, fault)
  } finally {
    closed.catch(() => {})
  }
  return socket
}

/** Messages in a stream follow each other without anything between them (RFC 8489, section 6.2.2). */
export function overStream(socket: Socket, listener: StunListener): StunSocket {
  let rest = Buffer.alloc(0)
  socket.on('error', (error) => listener.onFailure(failureOf(error, 'no-turn')))
  socket.on('close', () => listener.onFailure(new TurnFailure('no-turn', 'it closed the connection')))
  socket.on('data', (bytes) => {
    rest = Buffer.concat([rest, bytes])
    for (let length = lengthOf(rest); length !== 0; length = lengthOf(rest)) {
      if (length === undefined) {
        listener.onFailure(new TurnFailure('no-turn'))
        socket.destroy()
        return
      }
      if (rest.length < length) return
      listener.onMessage(rest.subarray(0, length))
      rest = rest.subarray(length)
    }
  })
  return {
    isReliable: true,
    remoteAddress: socket.remoteAddress ?? '',
    send: (message) => socket.write(message),
    close: () => socket.destroy(),
  }
}

const faultsByCode = new Map<string, TurnFault>([
  ['ENOTFOUND', 'unresolved'],
  ['EAI_AGAIN', 'unresolved'],
  ['ECONNREFUSED', 'refused'],
  ['ETIMEDOUT', 'unreachable'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls-name'],
  ['CERT_HAS_EXPIRED', 'tls-expired'],
  ['CERT_NOT_YET_VALID', 'tls-expired'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls-untrusted'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'tls-untrusted'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'tls-untrusted'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls-untrusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls-untrusted'],
  ['CERT_UNTRUSTED', 'tls-untrusted'],
])

/** @param otherwise  the fault at this point, when the error does not tell another */
function failureOf(error: unknown, otherwise: TurnFault): TurnFailure {
  if (error instanceof TurnFailure) return error
  const code = String(Reflect.get(Object(error), 'code') ?? '')
  return new TurnFailure(faultsByCode.get(code) ?? otherwise, code || undefined)
}
