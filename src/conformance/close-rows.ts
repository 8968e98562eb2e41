import { closeCodes } from '../../schemas/index.js'
import { NotThere } from './mismatch.js'
import type { Row } from './row.js'
import type { Trial } from './trial.js'

/** What a server takes at the most, where nobody has set anything else. */
const maxFrameBytes = 65_536

/** What a socket is closed with. A server may be more generous, which nobody can see from outside: then the row is not there. */
export const closeRows: readonly Row[] = [
  {
    name: 'binary',
    says: 'A binary frame closes the socket with 1003, and the other one gets `peer-left`.',
    stands: 'Close codes',
    holds: (trial) =>
      expectClose(trial, Buffer.from('{"type":"ice"}'), closeCodes.unsupportedData.code, 'it takes binary frames'),
  },
  {
    name: 'too-big',
    says: 'A frame of more than 64 KiB closes the socket with 1009, and the other one gets `peer-left`.',
    stands: 'Close codes',
    holds: (trial) =>
      expectClose(
        trial,
        JSON.stringify({ type: 'ice', candidate: 'x'.repeat(maxFrameBytes) }),
        closeCodes.messageTooBig.code,
        'it takes larger frames',
      ),
  },
]

async function expectClose(trial: Trial, frame: string | Buffer, code: number, otherwise: string): Promise<void> {
  const { ada, bo } = await trial.pair()
  bo.send(frame)
  bo.send({ type: 'leave' })
  if (await bo.isAnswered()) throw new NotThere(otherwise)
  await bo.expectClose(code)
  await ada.expect({ type: 'peer-left' })
}
