import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(scrypt)
const keyBytes = 32

/** Who may sign in. Yours are in a database; no password is in either, only what it can be compared with. */
export class People {
  #people = new Map()

  /** @param rooms  that this person may join, with the role there: `host` or `guest` */
  async add({ id, name, password, rooms }) {
    const salt = randomBytes(16)
    this.#people.set(id, {
      id,
      name,
      rooms: new Map(Object.entries(rooms)),
      salt,
      key: await derive(password, salt, keyBytes),
    })
  }

  find(id) {
    return this.#people.get(id)
  }

  /** @returns the person, or undefined where there is none of that name or the password is another one */
  async check(id, password) {
    const person = this.#people.get(id)
    // As long for somebody who is not there, so that the time does not tell who is.
    const { salt, key } = person ?? { salt: Buffer.alloc(16), key: Buffer.alloc(keyBytes) }
    const isRight = timingSafeEqual(await derive(password, salt, keyBytes), key)
    return isRight ? person : undefined
  }
}
