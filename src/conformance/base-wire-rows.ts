import { addressesOf } from './addresses.js'
import type { Client } from './client.js'
import { type Message, requireMatch } from './message.js'
import type { Row } from './row.js'

/** Enough to be out of order, and few enough for any limit. */
const manyMessages = 60

/** What is relayed and how, and what a socket may be sent that is no message. */
export const baseWireRows: readonly Row[] = [
  {
    name: 'relay',
    says: '`offer`, `answer` and `ice` reach the other one, once and nobody else, with every property that they came with.',
    stands: 'Relay',
    async holds(trial) {
      const { ada, bo } = await trial.pair()
      await expectRelayed(bo, ada, { type: 'offer', sdp: 'v=0\r\n"\\/ é 値 \u2028', ...extra })
      await expectRelayed(ada, bo, { type: 'answer', sdp: { type: 'answer', sdp: 'v=0' }, ...extra })
      await expectRelayed(ada, bo, { type: 'ice', candidate: { candidate: '', sdpMLineIndex: 0 }, ...extra })
      await expectRelayed(bo, ada, { type: 'ice', candidate: null })
      await trial.expectNothing(ada, bo)
    },
  },
  {
    name: 'order',
    says: 'What one sends arrives in the order in which it was sent.',
    stands: 'Order',
    async holds(trial) {
      const { ada, bo } = await trial.pair()
      const numbers = Array.from({ length: manyMessages }, (_, number) => number)
      for (const number of numbers) bo.send({ type: number % 3 === 0 ? 'offer' : 'ice', number })
      bo.send({ type: 'leave' })
      for (const number of numbers) await ada.expect({ number })
      await ada.expect({ type: 'peer-left' })
    },
  },
  {
    name: 'rooms-apart',
    says: 'Nothing that happens in one room is heard in another.',
    stands: 'Relay',
    async holds(trial) {
      const here = await trial.pair()
      const there = await trial.pair()
      for (const type of ['offer', 'answer', 'ice']) await expectRelayed(here.bo, here.ada, { type, text: 'here' })
      here.bo.send({ type: 'leave' })
      await here.ada.expect({ type: 'peer-left' })
      // What has leaked comes before this.
      await expectRelayed(there.bo, there.ada, { type: 'ice', candidate: 'there' })
      await trial.expectNothing(there.ada, there.bo, here.ada)
    },
  },
  {
    name: 'join-first',
    says: 'Anything but `join` from a socket that is in no room is the error "join a room first", and it can still join.',
    stands: 'Outside a room',
    async holds(trial) {
      const ada = await trial.connect()
      for (const type of ['offer', 'answer', 'ice', 'leave']) {
        ada.send({ type })
        await ada.expect({ type: 'error', message: 'join a room first' })
      }
      await trial.enter(ada, trial.newRoom(), {}, 0)
    },
  },
  {
    name: 'addresses',
    says: 'It is served at `/` and at `/ws`, and both lead to the same rooms.',
    stands: 'The protocol',
    async holds(trial) {
      const roomId = trial.newRoom()
      const { root, ws } = addressesOf(trial.url)
      for (const [peers, address] of [root, ws].entries()) {
        const client = await trial.connect({}, address)
        await trial.enter(client, roomId, {}, peers)
      }
    },
  },
  {
    name: 'ping',
    says: 'A ping of the WebSocket is answered by a pong with the same payload.',
    stands: 'Liveness',
    async holds(trial) {
      const ada = await trial.connect()
      await ada.expectPong('are you there?')
    },
  },
  malformed('not-json', 'A text that is no JSON', ['{"type":"offer"', 'hello', '']),
  malformed('not-object', 'JSON that is no object', ['[]', '"offer"', '1', 'null', 'true']),
  malformed('no-type', 'An object without a text in `type`', ['{}', '{"type":1}', '{"type":null}']),
  malformed('unknown-type', 'A `type` that there is not', ['{"type":"conform-nonsense"}', '{"type":"constructor"}']),
]

const extra = {
  'a text': 'Zoë 👋',
  empty: '',
  zero: 0,
  fraction: -1.5,
  isTrue: true,
  nothing: null,
  list: [1, [2, {}], 'three', null],
  deep: { er: { to: 'the bottom', from: 'the top', type: 'join' } },
  roomId: 'elsewhere',
}

/** It has arrived with all that it had; a server may have put something of its own beside that. */
async function expectRelayed(from: Client, to: Client, message: Message): Promise<void> {
  from.send(message)
  requireMatch(message, await to.next(`${message.type} to be relayed`))
}

function malformed(name: string, what: string, texts: readonly string[]): Row {
  return {
    name,
    says: `${what} is answered by an \`error\`, reaches nobody, and the socket goes on.`,
    stands: 'Malformed messages',
    async holds(trial) {
      const { ada, bo } = await trial.pair()
      for (const text of texts) {
        bo.send(text)
        await bo.expect({ type: 'error' })
      }
      await expectRelayed(bo, ada, { type: 'ice' })
      await trial.expectNothing(ada, bo)
    },
  }
}
