import { Server } from 'node:https'
import type { FastifyInstance } from 'fastify'
import type { TlsConfig } from '../schemas/index.js'
import { ConfigError } from './config.js'
import { checkKeyPair, httpsOptions, type KeyPair, readFiles } from './key-pair.js'

/** How often the files are looked at. */
const intervalMs = 2000

/**
 * Takes a new certificate when the files have one, until the app closes: for connections from then on, those that are open stay as
 * they are. They are compared by what is in them, as it may come by a rename, by a symbolic link that is turned elsewhere
 * (certbot, Kubernetes), or in place.
 *
 * A pair that cannot be used is logged, once and only if it is the same at the next look: between two files that are written one
 * after the other it is nothing to worry about. The old pair stays in force.
 *
 * @param inForce  what the server has been given
 * @param everyMs  how often to look. Default: 2000
 */
export function watchKeyPair(app: FastifyInstance, files: TlsConfig, inForce: KeyPair, everyMs = intervalMs): void {
  let current = inForce
  let isLooking = false
  let [seen, told]: (string | undefined)[] = []

  const look = async (): Promise<void> => {
    try {
      const found = await readFiles(files)
      if (found.cert !== current.cert || found.key !== current.key) {
        const { validTo } = checkKeyPair(found)
        if (app.server instanceof Server) app.server.setSecureContext(httpsOptions(found))
        current = found
        app.log.info({ validTo }, 'new certificate in force')
      }
      seen = told = undefined
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      if (error.message === seen && error.message !== told) {
        told = error.message
        app.log.error({ reason: error.message }, 'new certificate cannot be used, the old one goes on')
      }
      seen = error.message
    }
  }
  const timer = setInterval(async () => {
    // A disk that hangs is not asked again and again.
    if (isLooking) return
    isLooking = true
    await look().finally(() => {
      isLooking = false
    })
  }, everyMs).unref()
  app.addHook('onClose', async () => clearInterval(timer))
}
