import { pino } from 'pino'
import type { Test } from 'tap'
import type { TlsConfig } from '../schemas/index.js'
import { type BuildOptions, buildApp } from '../src/index.js'
import { httpsOptions, readFiles } from '../src/key-pair.js'
import { watchKeyPair } from '../src/key-pair-watch.js'
import { listen, urlOf } from './helper.js'

export interface Entry {
  readonly msg: string
  readonly reason?: string
}

/** The service with these files, looked at every 20 ms. */
export async function serveTls(t: Test, files: TlsConfig, options: BuildOptions = {}) {
  const entries: Entry[] = []
  let wake = (): void => {}
  const write = (line: string): void => {
    entries.push(JSON.parse(line))
    wake()
  }
  const loggerInstance = pino({ level: 'info' }, { write })
  const pair = await readFiles(files)
  const app = buildApp({ loggerInstance, https: httpsOptions(pair), ...options })
  watchKeyPair(app, files, pair, 20)
  await listen(t, app)
  /** Waits for an entry of the log that begins so, and has not been waited for. */
  const logged = async (start: string): Promise<Entry> => {
    for (;;) {
      const index = entries.findIndex(({ msg }) => msg.startsWith(start))
      const [entry] = index < 0 ? [] : entries.splice(index, 1)
      if (entry !== undefined) return entry
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  return { app, url: urlOf(app).replace('ws:', 'wss:'), entries, logged }
}
