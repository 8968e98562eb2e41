import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Test } from 'tap'
import { encodeXorAddress } from '../plugins/ice-servers/stun-address.js'
import {
  attributeTypes,
  decodeMessage,
  encodeMessage,
  findAttribute,
  isAuthentic,
  longTermKey,
  methods,
  type ReceivedMessage,
  type StunAttribute,
} from '../plugins/ice-servers/stun-message.js'
import { mintCredential } from '../plugins/ice-servers/turn-credentials.js'

/** Says what is answered to a request over UDP; nothing, when undefined. */
export type Answer = (request: ReceivedMessage) => Buffer | undefined

/** A server over UDP that answers as a test wants it to, for what a real one cannot be brought to do. */
export async function startStub(t: Test, answer: Answer): Promise<{ url: string; port: number }> {
  const socket = createSocket('udp4')
  socket.on('message', (bytes, { address, port }) => {
    const request = decodeMessage(bytes)
    const reply = request && answer(request)
    if (reply !== undefined) socket.send(reply, port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.teardown(() => socket.close())
  const { port } = socket.address()
  return { url: `turn:127.0.0.1:${port}`, port }
}

export function errorAnswer(request: ReceivedMessage, code: number, reason = '', more: StunAttribute[] = []): Buffer {
  const value = Buffer.concat([Buffer.from([0, 0, Math.floor(code / 100), code % 100]), Buffer.from(reason)])
  return encodeMessage({ ...request, class: 'error', attributes: [{ type: attributeTypes.errorCode, value }, ...more] })
}

export const realm = 'stub.test'

export function challenge(request: ReceivedMessage, code = 401, nonce = 'a nonce'): Buffer {
  return errorAnswer(request, code, '', [
    { type: attributeTypes.realm, value: Buffer.from(realm) },
    { type: attributeTypes.nonce, value: Buffer.from(nonce) },
  ])
}

/** @param key  signs it */
export function successAnswer(request: ReceivedMessage, key?: Buffer): Buffer {
  const value = encodeXorAddress({ address: '127.0.0.1', port: 50_000 }, request.transactionId)
  const attributes = request.method === methods.allocate ? [{ type: attributeTypes.xorRelayedAddress, value }] : []
  return encodeMessage({ ...request, class: 'success', attributes }, key)
}

/** The key that a request with our password is signed with. */
export function keyFor(request: ReceivedMessage, secret: string): Buffer {
  const username = findAttribute(request, 'username')?.toString() ?? ''
  const [seconds = '', user = ''] = username.split(':')
  return longTermKey(username, realm, mintCredential(secret, user, Number(seconds) * 1000).credential)
}

/** A server that lets everybody in who knows the secret, and denies every peer. */
export function servant(secret: string): Answer {
  return (request) => {
    const key = keyFor(request, secret)
    if (!isAuthentic(request, key)) return challenge(request)
    if (request.method === methods.createPermission) return errorAnswer(request, 403, 'Forbidden')
    return successAnswer(request, key)
  }
}
