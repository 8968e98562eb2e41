import t from 'tap'
import { closeCodes, defaultsOf, Limits } from '../../schemas/index.js'
import { Client, startService } from '../helper.js'
import { maskedFrame, RawClient } from '../raw-client.js'

const { maxFragments, maxBufferedChunks } = defaultsOf(Limits)
const bytes = (text: string) => [...Buffer.from(text)]
const text = 0x01
const continuation = 0x00
const final = 0x80

/** A message in so many fragments: the text, and the rest empty. */
function inFragments(message: string, count: number): Buffer {
  const rest = Array.from({ length: count - 2 }, () => maskedFrame(continuation, []))
  return Buffer.concat([maskedFrame(text, bytes(message)), ...rest, maskedFrame(final | continuation, [])])
}

t.test('a message may come in 64 fragments, and not in one more', async (t) => {
  const { url } = await startService(t)
  const join = JSON.stringify({ type: 'join', roomId: 'r' })
  const good = await RawClient.connect(t, url, inFragments(join, maxFragments))
  t.match(JSON.parse(await good.firstText()), { type: 'joined' })
  const bad = await RawClient.connect(t, url, inFragments(join, maxFragments + 1))
  t.equal(await bad.closeCode(), closeCodes.policyViolation.code)
  const wider = await startService(t, { maxFragments: 100 })
  const other = await RawClient.connect(t, wider.url, inFragments(join, 100))
  t.match(JSON.parse(await other.firstText()), { type: 'joined' })
})

t.test('fragments that never end are cut off, and others notice nothing', async (t) => {
  const { url } = await startService(t)
  const ada = await Client.join(t, url, 'r')
  const bo = await Client.join(t, url, 'r')
  await ada.next('ready')
  await bo.next('ready')
  const endless = await RawClient.connect(t, url)
  endless.socket.write(maskedFrame(text, bytes('{')))
  const timer = setInterval(() => endless.socket.write(maskedFrame(continuation, [])), 1)
  t.teardown(() => clearInterval(timer))
  t.equal(await endless.closeCode(), closeCodes.policyViolation.code)
  ada.send({ type: 'ice', candidate: null })
  t.match(await bo.next('ice'), { candidate: null })
})

t.test('a frame that comes byte by byte is bounded, too', async (t) => {
  const { url } = await startService(t)
  const slow = await RawClient.connect(t, url)
  slow.socket.setNoDelay(true)
  // A frame of 60,000 bytes, of which the service sees one piece a write.
  slow.socket.write(Buffer.from([final | text, 0x80 | 126, 0xea, 0x60, 0, 0, 0, 0]))
  let written = 0
  const step = (): void => {
    if (slow.socket.destroyed || written > 3 * maxBufferedChunks) return
    written += 1
    slow.socket.write('x', () => setImmediate(step))
  }
  step()
  t.equal(await slow.closeCode(), closeCodes.policyViolation.code)
})
