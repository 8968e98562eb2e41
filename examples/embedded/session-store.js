/**
 * Sessions in the memory of this process, forgotten when they are over; the store that @fastify/session brings keeps them for ever.
 * For several processes take one that they share, such as Redis.
 */
export class SessionStore {
  #sessions = new Map()

  get(id, callback) {
    const session = this.#sessions.get(id)
    callback(null, session !== undefined && session.cookie.expires > Date.now() ? session : undefined)
  }

  set(id, session, callback) {
    for (const [id, { cookie }] of this.#sessions) if (cookie.expires <= Date.now()) this.#sessions.delete(id)
    this.#sessions.set(id, session)
    callback(null)
  }

  destroy(id, callback) {
    this.#sessions.delete(id)
    callback(null)
  }
}
