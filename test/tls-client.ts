import { once } from 'node:events'
import { get } from 'node:https'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'

/** A connection that has shaken hands, and nothing more; rejects when it is refused. */
export async function shakeHands(url: string, options: ConnectionOptions): Promise<TLSSocket> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), ...options })
  await once(socket, 'secureConnect')
  return socket
}

/** The certificate that a new connection sees, by its fingerprint. */
export async function fingerprint(url: string): Promise<string> {
  const socket = await shakeHands(url, { rejectUnauthorized: false })
  const { fingerprint256 } = socket.getPeerCertificate()
  socket.destroy()
  return fingerprint256
}

/** Asks over HTTPS, with one authority to trust. */
export function statusOf(url: string, ca: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url.replace(/^wss/, 'https'), { ca, agent: false }, (reply) => {
      reply.resume()
      resolve(reply.statusCode)
    }).on('error', reject)
  })
}
