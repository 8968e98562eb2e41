// What coverage is counted over: the service itself, and what of the SDK runs without a browser; not the tests.
import { readdirSync } from 'node:fs'

const folders = ['dist/schemas', 'dist/plugins', 'dist/src', 'dist/public/page', 'dist/public/sdk', 'dist/maps']

export default () =>
  folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.js'))
      .map((file) => `${folder}/${file}`),
  )
