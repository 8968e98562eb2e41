// Finishes dist/plugins/rooms: the script of the room store is read where what reads it is compiled to.
import { cp } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const folder = 'plugins/rooms/redis/script'
const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
await cp(at(folder), at(`dist/${folder}`), { recursive: true })
