import { randomBytes } from 'node:crypto'
import { buildApp } from './app.js'
import { People } from './people.js'

const people = new People()
await people.add({ id: 'ada', name: 'Ada', password: 'correct horse', rooms: { blue: 'host', red: 'guest' } })
await people.add({ id: 'bo', name: 'Bo', password: 'battery staple', rooms: { blue: 'guest' } })

// Without one whoever had signed in has to do so again after a restart.
const { PORT = '3000', HOST = 'localhost', SESSION_SECRET = randomBytes(32).toString('hex') } = process.env
const app = await buildApp({ people, sessionSecret: SESSION_SECRET, logger: true })
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => app.close())
await app.listen({ port: Number(PORT), host: HOST })
