import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

/** Somebody else's server on this machine; it can go away and come back at the same address. */
export class HttpServer {
  readonly url: string
  readonly #listener: RequestListener
  readonly #port: number
  #server: Server

  private constructor(server: Server, listener: RequestListener) {
    const { port } = server.address() as AddressInfo
    this.#server = server
    this.#listener = listener
    this.#port = port
    this.url = `http://127.0.0.1:${port}/there`
  }

  static async start(t: Test, listener: RequestListener): Promise<HttpServer> {
    const server = new HttpServer(await listening(createServer(listener), 0), listener)
    t.teardown(() => server.stop())
    return server
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.#server.closeAllConnections()
    if (this.#server.listening) await closed
  }

  async comeBack(): Promise<void> {
    this.#server = await listening(createServer(this.#listener), this.#port)
  }
}

async function listening(server: Server, port: number): Promise<Server> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return server
}
