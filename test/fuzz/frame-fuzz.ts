import fc from 'fast-check'
import { defaultsOf, Limits } from '../../schemas/index.js'
import { Mismatch } from './expectation.js'
import { type Conversation, conversation, fragments } from './frame-grammar.js'
import { type FrameVerdict, judgeFrames } from './frame-oracle.js'
import { FrameSocket } from './frame-socket.js'
import { bytesOf, type Frame, opcodes } from './frame-writer.js'
import { FuzzPeer } from './fuzz-peer.js'
import { type Campaign, type Outcome, seedOf, unhurried } from './message-fuzz.js'
import { ModelMember } from './model-room.js'
import { told } from './seed.js'
import { Target } from './target.js'
import { World } from './world.js'

const bounds = defaultsOf(Limits)
const conversationsInRoom = 50

const joining: Frame = {
  opcode: opcodes.text,
  isFinal: true,
  reserved: 0,
  mask: 0x12345678,
  payload: Buffer.from('{"type":"join","roomId":"frames"}'),
  lengthBits: 7,
}
const goodbye: Frame = { ...joining, opcode: opcodes.close, payload: Buffer.from([0x03, 0xe8]) }

/**
 * Writes made-up frames on raw sockets, right and wrong ones, torn anywhere, and compares what comes back, and what the other
 * one in the room hears, with what RFC 6455 says.
 *
 * @throws Error  that names the seed and the conversation
 */
export async function fuzzFrames({ seed, count, from = 0, onProgress }: Campaign): Promise<Outcome> {
  const tally = new Map<string, number>()
  const options = {
    isGuarded: false,
    maxMalformedMessages: unhurried.maxMalformedMessages,
    tally: new Map<string, number>(),
  }
  const target = await Target.start(unhurried)
  let cases = 0
  let warm: number | undefined
  try {
    for (let round = Math.floor(from / conversationsInRoom); cases < count; round += 1) {
      const ada = new ModelMember()
      const peer = await FuzzPeer.connect(target.url)
      const world = new World(options)
      const join = '{"type":"join","roomId":"frames"}'
      world.send(ada, join)
      peer.send(join)
      ada.listener.compare(await peer.settled())
      for (let k = 0; k < conversationsInRoom && cases < count; k += 1) {
        const index = round * conversationsInRoom + k
        try {
          const used = await converse(target.url, conversationOf(seed, index), world, ada, peer, tally)
          cases += index < 2 ? 1 : used
          target.check()
        } catch (error) {
          throw new Error(`seed ${seed}, conversation ${index}: ${told(error)}`)
        }
      }
      await peer.close()
      await target.settle()
      if (warm === undefined && cases >= count / 10) warm = (await target.measure()).heapBytes
      onProgress?.(cases)
    }
    const grownBytes = (await target.measure()).heapBytes - (warm ?? 0)
    await target.stop()
    return { cases, tally, grownBytes }
  } finally {
    target.kill()
  }
}

function conversationOf(seed: number, index: number): Conversation {
  // The first two: a message in as many fragments as there may be, and one in one more.
  if (index < 2) return fragments(bounds.maxFragments + index)
  return fc.sample(conversation, { numRuns: 1, seed: seedOf(seed, index) })[0] ?? fragments(1)
}

/** @returns how many frames of it were written */
async function converse(
  url: string,
  { frames, tears, isCut }: Conversation,
  world: World,
  ada: ModelMember,
  peer: FuzzPeer,
  tally: Map<string, number>,
): Promise<number> {
  const socket = await FrameSocket.connect(url)
  const bo = new ModelMember()
  world.send(bo, joining.payload.toString())
  socket.write(bytesOf(joining))
  await socket.until(({ payload }) => payload.includes('"type":"ready"'))

  const whole = judgeFrames(frames, bounds)
  const isTorn = isCut && whole.closedWith === undefined
  const verdict = isTorn ? judgeFrames(frames.slice(0, -1), bounds) : whole
  for (const text of verdict.texts) world.send(bo, text)
  world.gone(
    bo,
    'the end',
    verdict.closedWith === 1000 || (whole.closedWith === undefined && !isTorn) ? 'left' : 'disconnected',
  )

  // What comes behind the end is read by nobody.
  const bytes = Buffer.concat(frames.map(bytesOf))
  await write(socket, isTorn ? bytes.subarray(0, -1) : bytes, tears)
  if (isTorn) socket.end()
  else if (whole.closedWith === undefined) socket.write(bytesOf(goodbye))
  await socket.until(({ opcode }) => opcode === opcodes.close)
  socket.destroy()
  await peer.hears('peer-left')

  compareFrames(socket, verdict, isTorn)
  bo.listener.compare(
    socket.frames.filter(({ opcode }) => opcode === opcodes.text).map(({ payload }) => payload.toString()),
  )
  ada.listener.compare(await peer.settled())
  for (const what of [...verdict.seen, ...(isTorn ? ['cut'] : [])]) tally.set(what, (tally.get(what) ?? 0) + 1)
  return verdict.used
}

async function write(socket: FrameSocket, bytes: Buffer, tears: readonly number[]): Promise<void> {
  const ends = [...tears.map((tear) => Math.floor(tear * bytes.length)).sort((a, b) => a - b), bytes.length]
  for (const [k, end] of ends.entries()) {
    socket.write(bytes.subarray(ends[k - 1] ?? 0, end))
    if (k % 4 === 3) await new Promise(setImmediate)
  }
}

function compareFrames({ frames }: FrameSocket, verdict: FrameVerdict, isTorn: boolean): void {
  const pongs = frames.filter(({ opcode }) => opcode === opcodes.pong).map(({ payload }) => payload)
  if (
    pongs.length !== verdict.pongs.length ||
    !pongs.every((pong, k) => pong.equals(verdict.pongs[k] ?? Buffer.alloc(0)))
  )
    throw new Mismatch(`${pongs.length} pongs, and not those ${verdict.pongs.length} that were asked for`)
  const wanted = verdict.closedWith === undefined && !isTorn ? 1000 : verdict.closedWith
  const last = frames.at(-1)
  const closing = frames.filter(({ opcode }) => opcode === opcodes.close)
  if (closing.length > 1 || (closing.length === 1 && closing[0] !== last))
    throw new Mismatch('something comes after the close frame')
  const code =
    closing[0] === undefined ? undefined : closing[0].payload.length === 0 ? null : closing[0].payload.readUInt16BE(0)
  if (code !== wanted) throw new Mismatch(`closed with ${code}, not with ${wanted} (${verdict.seen.at(-1)})`)
}
