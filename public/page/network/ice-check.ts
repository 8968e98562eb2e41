import { failed, type Verdict, works } from './verdict.js'

/** How long a server may take to answer, and data to come back through it. */
const patienceMs = 8000

/** With which a TURN server refuses a password (RFC 8656); a browser tells it as the code of an `icecandidateerror`. */
const refusedCode = 401

/** Whether a STUN server tells this browser its public address. */
export async function checkStun(urls: readonly string[]): Promise<Verdict> {
  const startedMs = performance.now()
  const pc = new RTCPeerConnection({ iceServers: [{ urls: [...urls] }] })
  try {
    pc.createDataChannel('check')
    const { isFound } = await gather(pc, 'srflx')
    // Where the address is the public one already, it is not told twice.
    return isFound ? works(performance.now() - startedMs) : { outcome: 'unsure', finding: 'stun-silent' }
  } finally {
    pc.close()
  }
}

/**
 * Whether packets get out of this network and an answer back in, as a call without a relay needs it.
 *
 * @param stunUrls  whom to ask; with none it is only seen whether the browser shows any way to itself
 */
export async function canGoDirect(stunUrls: readonly string[]): Promise<boolean> {
  const pc = new RTCPeerConnection({ iceServers: stunUrls.length === 0 ? [] : [{ urls: [...stunUrls] }] })
  try {
    pc.createDataChannel('check')
    const { isFound, isComplete, count, codes } = await gather(pc, stunUrls.length === 0 ? 'host' : 'srflx')
    // An address that is public already is not told twice; then nobody was waited for in vain.
    return isFound || (isComplete && count > 0 && codes.length === 0)
  } finally {
    pc.close()
  }
}

/**
 * Whether data comes back to this browser through a TURN server.
 *
 * @param server  with one address of the server, and the password for it
 */
export async function checkTurn(server: RTCIceServer): Promise<Verdict> {
  const startedMs = performance.now()
  const configuration: RTCConfiguration = { iceServers: [server], iceTransportPolicy: 'relay' }
  const [near, far] = [new RTCPeerConnection(configuration), new RTCPeerConnection(configuration)]
  try {
    const channel = near.createDataChannel('check')
    const echoed = new Promise<boolean>((resolve) => {
      channel.addEventListener('open', () => channel.send('hello'))
      channel.addEventListener('message', () => resolve(true))
    })
    far.addEventListener('datachannel', ({ channel: other }) => {
      other.addEventListener('message', ({ data }) => other.send(data))
    })
    const { isFound, codes } = await gather(near, 'relay')
    if (!isFound) return failed(codes.includes(refusedCode) ? 'turn-refused' : 'turn-unreachable')
    await tell(near, far)
    await gather(far, 'relay')
    await tell(far, near)
    const isThrough = await Promise.race([echoed, elapsed(patienceMs)])
    return isThrough === true ? works(performance.now() - startedMs) : failed('turn-passes-nothing')
  } finally {
    near.close()
    far.close()
  }
}

/** Gives one end the description of the other, with the addresses that it has. */
async function tell(from: RTCPeerConnection, to: RTCPeerConnection): Promise<void> {
  if (from.localDescription !== null) await to.setRemoteDescription(from.localDescription)
}

interface Gathered {
  /** Whether there was an address of the kind that was looked for. */
  readonly isFound: boolean
  /** Whether the browser has looked everywhere, and was not cut short. */
  readonly isComplete: boolean
  /** How many addresses there were, of whatever kind. */
  readonly count: number
  /** Of what went wrong. */
  readonly codes: readonly number[]
}

/** Describes this end and gathers its addresses, until one is of the kind that is looked for, or there are no more. */
async function gather(pc: RTCPeerConnection, kind: RTCIceCandidateType): Promise<Gathered> {
  const codes: number[] = []
  let count = 0
  const found = new Promise<boolean>((resolve) => {
    pc.addEventListener('icecandidate', ({ candidate }) => {
      if (candidate === null) return resolve(false)
      // An empty one says that there are no more of some kind.
      if (candidate.candidate !== '') count += 1
      if (candidate.type === kind) resolve(true)
    })
    pc.addEventListener('icecandidateerror', ({ errorCode }) => codes.push(errorCode))
  })
  await pc.setLocalDescription()
  const isFound = await Promise.race([found, elapsed(patienceMs)])
  return { isFound: isFound === true, isComplete: isFound !== undefined, count, codes }
}

function elapsed(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined))
}
