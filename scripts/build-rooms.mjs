// Finishes dist/plugins/rooms: the script of the room store is read where what reads it is compiled to.
import { cp } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const script = 'plugins/rooms/redis/room.lua'
await cp(
  fileURLToPath(new URL(`../${script}`, import.meta.url)),
  fileURLToPath(new URL(`../dist/${script}`, import.meta.url)),
)
