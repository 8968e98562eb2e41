import { closeCodes } from '../../schemas/index.js'
import { type Frame, opcodes } from './frame-writer.js'

export interface FrameBounds {
  readonly maxFrameBytes: number
  /** In how many fragments a message may come. */
  readonly maxFragments: number
}

/** What must come of frames, by RFC 6455 and the close codes of docs/protocol.md. */
export interface FrameVerdict {
  /** The text messages, in their order. */
  readonly texts: readonly string[]
  /** What the pongs carry. */
  readonly pongs: readonly Buffer[]
  /** The code with which the service closes; null: without one, as it was closed; undefined: not at all. */
  readonly closedWith: number | null | undefined
  /** How many frames it took. */
  readonly used: number
  /** What was looked at, for the count. */
  readonly seen: readonly string[]
}

const { protocolError, unsupportedData, invalidPayload, policyViolation, messageTooBig } = closeCodes
const known: readonly number[] = Object.values(opcodes)

export function judgeFrames(frames: readonly Frame[], bounds: FrameBounds): FrameVerdict {
  const texts: string[] = []
  const pongs: Buffer[] = []
  const seen: string[] = []
  let message: Message | undefined
  for (const [index, frame] of frames.entries()) {
    const end = (closedWith: number | null, why: string): FrameVerdict => {
      return { texts, pongs, closedWith, used: index + 1, seen: [...seen, `${closedWith}: ${why}`] }
    }
    const fault = faultOf(frame, message)
    if (fault !== undefined) return end(protocolError.code, fault)
    const { opcode, payload, isFinal } = frame
    if (opcode === opcodes.close) return end(...closingBy(payload))
    if (opcode >= opcodes.close) {
      seen.push(message === undefined ? 'control' : 'control between fragments')
      if (opcode === opcodes.ping) pongs.push(payload)
      continue
    }
    message ??= { opcode, parts: [], bytes: 0 }
    message.bytes += Number(frame.declared ?? payload.length)
    if (message.bytes > bounds.maxFrameBytes) return end(messageTooBig.code, 'too big')
    message.parts.push(payload)
    if (message.parts.length > bounds.maxFragments) return end(policyViolation.code, 'fragments')
    if (!isFinal) continue
    if (message.opcode === opcodes.binary) return end(unsupportedData.code, 'binary')
    const text = textOf(Buffer.concat(message.parts))
    if (text === undefined) return end(invalidPayload.code, 'text')
    seen.push(message.parts.length > 1 ? 'text in fragments' : 'text')
    texts.push(text)
    message = undefined
  }
  return { texts, pongs, closedWith: undefined, used: frames.length, seen }
}

interface Message {
  readonly opcode: number
  readonly parts: Buffer[]
  bytes: number
}

/** Sections 5.1, 5.2, 5.4 and 5.5. */
function faultOf(frame: Frame, message: Message | undefined): string | undefined {
  const { opcode, reserved, mask, payload, isFinal } = frame
  if (reserved !== 0) return 'reserved bits'
  if (!known.includes(opcode)) return 'opcode'
  if (opcode >= opcodes.close) {
    const length = Number(frame.declared ?? payload.length)
    if (!isFinal) return 'control in fragments'
    if (length > 125 || frame.lengthBits !== 7) return 'control too long'
    if (opcode === opcodes.close && length === 1) return 'half a close code'
  } else if (opcode === opcodes.continuation && message === undefined) return 'continues nothing'
  else if (opcode !== opcodes.continuation && message !== undefined) return 'message in a message'
  return mask === undefined ? 'not masked' : undefined
}

/** Section 7.4, and the registry of IANA. */
function closingBy(payload: Buffer): [number | null, string] {
  if (payload.length === 0) return [null, 'closed without a code']
  const code = payload.readUInt16BE(0)
  const isRegistered = code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)
  if (!isRegistered && !(code >= 3000 && code <= 4999)) return [protocolError.code, 'close code']
  return textOf(payload.subarray(2)) === undefined ? [invalidPayload.code, 'reason'] : [code, 'closed']
}

function textOf(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
