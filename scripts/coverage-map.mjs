// What coverage is counted over: the service; and with `npm run coverage` what pages run, too, which costs a tenth more time.
import { readdirSync } from 'node:fs'

const folders = ['dist/schemas', 'dist/plugins', 'dist/src']
if (process.env.SIGNALBOX_TEST_COVERAGE === 'pages') folders.push('dist/public')

export default () =>
  folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.js'))
      .map((file) => `${folder}/${file}`),
  )
