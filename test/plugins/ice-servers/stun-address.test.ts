import t from 'tap'
import {
  decodeAddress,
  decodeXorAddress,
  encodeXorAddress,
  isInside,
} from '../../../plugins/ice-servers/stun-address.js'
import { newTransactionId } from '../../../plugins/ice-servers/stun-message.js'

t.test('an address is read as it was written', async (t) => {
  const transactionId = newTransactionId()
  for (const [given, read = given] of [
    ['192.0.2.1'],
    ['255.255.255.255'],
    ['::'],
    ['::1'],
    ['2001:db8::1'],
    ['fe80::1:0:0:1'],
    ['1:2:3:4:5:6:7:8'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
  ] as const) {
    const value = encodeXorAddress({ address: given, port: 3478 }, transactionId)
    t.strictSame(decodeXorAddress(value, transactionId), { address: read, port: 3478 })
  }
  t.throws(() => encodeXorAddress({ address: 'localhost', port: 1 }, transactionId), TypeError)
})

t.test('what is no address is none', async (t) => {
  for (const hex of ['', '00', '0001', '00010d96c000', '00030d96c0000201', '00020d96c0000201']) {
    t.equal(decodeAddress(Buffer.from(hex, 'hex')), undefined, hex)
  }
})

t.test('private and public addresses are told apart', async (t) => {
  for (const address of ['10.1.2.3', '100.64.0.1', '127.0.0.1', '169.254.1.1', '172.31.0.1', '192.168.1.1', '0.0.0.0'])
    t.ok(isInside(address), address)
  for (const address of ['::1', '::', 'fd00::1', 'fe80::1', '::ffff:10.0.0.1']) t.ok(isInside(address), address)
  for (const address of ['9.9.9.9', '100.128.0.1', '172.32.0.1', '2600::1', '::ffff:9.9.9.9'])
    t.notOk(isInside(address), address)
})
