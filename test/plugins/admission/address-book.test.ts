import t from 'tap'
import { AddressBook } from '../../../plugins/admission/address-book.js'
import { AdmissionLimits, defaultsOf } from '../../../schemas/index.js'

const limits = defaultsOf(AdmissionLimits)

t.test('an address is forgotten once there is nothing to remember', async (t) => {
  const book = new AddressBook(limits)
  const record = book.of('192.0.2.1', 0)
  for (let k = 0; k < 100; k += 1) t.ok(record.mayUpgrade(0))
  t.notOk(record.mayUpgrade(0))
  book.enter(record)
  t.ok(record.mayMakeRoom(0))
  book.sweep(60_000)
  t.strictSame([book.size, book.sockets], [1, 1], 'while it has a socket it is remembered')
  book.leave(record)
  t.equal(book.of('::ffff:192.0.2.1', 60_000), record)
  t.ok(record.mayJoin(60_000))
  book.sweep(60_000)
  t.equal(book.size, 1, 'a join is remembered for a moment')
  book.sweep(60_300)
  t.strictSame([book.size, book.sockets], [0, 0])
})

t.test('failed joins are remembered for half an hour', async (t) => {
  const book = new AddressBook(limits)
  const record = book.of('2001:db8::1', 0)
  const delays = Array.from({ length: 10 }, () => record.fail(1000))
  t.strictSame(delays, [100, 200, 400, 800, 1600, 3200, 6400, 6400, 6400, 6400])
  book.sweep(1_800_999)
  t.equal(book.of('2001:db8::2', 0), record)
  t.ok(record.isShutOut(1_800_999))
  t.notOk(record.isShutOut(1_801_000))
  t.equal(record.fail(1_801_000), 100, 'and then all begins anew')
  book.sweep(3_601_000)
  t.equal(book.size, 0)
})

t.test('however many addresses there are, no more are remembered than a bound', async (t) => {
  const book = new AddressBook(limits)
  const first = book.of('2001:db8::1', 0)
  book.enter(first)
  first.fail(0)
  for (let k = 1; k <= 60_000; k += 1) book.of(`2001:db8:${k.toString(16)}::1`, 0).fail(0)
  t.equal(book.size, 50_001)
  t.equal(book.of('2001:db8::2', 0), first, 'whoever has a socket is not forgotten')
})
