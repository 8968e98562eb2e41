import { fileURLToPath } from 'node:url'
import t from 'tap'
import { inOwnNetwork } from '../own-network.js'

// In a network that is theirs alone: what they cut off, other tests need meanwhile.
const outages = inOwnNetwork(process.execPath, [fileURLToPath(import.meta.resolve('./outages.js'))])
if (outages === undefined) {
  t.fail('these tests need a network of their own: run them as root, or where `unshare -rn` works')
} else {
  t.spawn(
    outages.command,
    outages.args,
    { env: { ...process.env, ...outages.env } },
    'calls over a network that breaks',
  )
}
