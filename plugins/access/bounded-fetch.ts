/** Nothing that can be used has come back; the message says what instead, in a few words of our own. */
export class FetchFailure extends Error {
  override name = 'FetchFailure'
}

export interface FetchBounds {
  /** For the whole of it, the body included, in milliseconds. */
  readonly timeoutMs: number
  /** Of the body, as it is after decompression. */
  readonly maxBytes: number
}

/** What came back. */
export interface Answer {
  /** Never a redirect that was followed. */
  readonly status: number
  /** With status 200; otherwise nothing is read. */
  readonly text: string
}

/**
 * Asks another server, within bounds.
 *
 * @throws FetchFailure
 */
export async function fetchWithin(url: string, request: RequestInit, bounds: FetchBounds): Promise<Answer> {
  const { timeoutMs, maxBytes } = bounds
  try {
    const response = await fetch(url, { ...request, redirect: 'manual', signal: AbortSignal.timeout(timeoutMs) })
    if (response.status === 200) return { status: 200, text: await readText(response, maxBytes) }
    await response.body?.cancel()
    return { status: response.status, text: '' }
  } catch (error) {
    throw error instanceof FetchFailure ? error : new FetchFailure(reasonOf(error, timeoutMs), { cause: error })
  }
}

async function readText({ body }: Response, maxBytes: number): Promise<string> {
  if (body === null) return ''
  const chunks: Uint8Array[] = []
  let bytes = 0
  // Leaving the loop cancels the rest.
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new FetchFailure(`more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'no answer'
  if (error.name === 'TimeoutError') return `no answer in ${timeoutMs} ms`
  // What undici says itself is always "fetch failed".
  const { cause } = error
  return cause instanceof Error && 'code' in cause ? `no answer: ${cause.code}` : 'no answer'
}
