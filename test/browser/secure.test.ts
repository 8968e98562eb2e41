import t from 'tap'
import { developmentKeyPair } from '../../src/development-certificate.js'
import { buildApp } from '../../src/index.js'
import { httpsOptions } from '../../src/key-pair.js'
import { openBrowser, ownAddress } from './browsers.js'
import { Member } from './member.js'

t.test('a call over HTTPS and WSS by the address of the network card, as from a phone', async (t) => {
  const address = ownAddress()
  const { pair } = await developmentKeyPair({ folder: t.testdir({}), addresses: [address] })
  const app = buildApp({ https: httpsOptions(pair) })
  t.teardown(() => app.close())
  const url = (await app.listen({ port: 0, host: address })).replace('https:', 'wss:')
  const browser = await openBrowser('chromium', 'trusting')
  const ada = await Member.join(t, browser, url, { room: '1001', name: 'Ada' })
  const bo = await Member.join(t, browser, url, { room: '1001', name: 'Bo' })
  await Promise.all([ada.sees(['Bo']), bo.sees(['Ada'])])
  await Promise.all([ada.hears(['Bo']), bo.hears(['Ada'])])
  t.strictSame(await ada.page.evaluate(() => [location.protocol, globalThis.socket.url, isSecureContext]), [
    'https:',
    `${url}/ws`,
    true,
  ])
})
