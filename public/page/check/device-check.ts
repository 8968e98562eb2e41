import { CallError, openMedia } from '../../sdk/index.js'
import { type Finding, failed, type Verdict, works } from '../network/verdict.js'

/** Opens a camera or a microphone for a moment. */
export async function checkDevice(kind: 'camera' | 'mic'): Promise<Verdict> {
  try {
    const stream = await openMedia({ audio: kind === 'mic', video: kind === 'camera' })
    for (const track of stream.getTracks()) track.stop()
    return works()
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    return failed(findings[error.code] ?? 'unsupported')
  }
}

const findings: Readonly<Partial<Record<CallError['code'], Finding>>> = {
  'insecure-context': 'insecure',
  'media-denied': 'denied',
  'media-in-use': 'in-use',
  'media-not-found': 'not-found',
}
