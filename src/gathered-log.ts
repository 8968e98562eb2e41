import { type DestinationStream, pino } from 'pino'

/** How long a line may wait for others. */
const gatherMs = 100
/** More is not gathered: as much as is written at once. */
const gatheredLength = 16_384

/**
 * Writes log lines to a file descriptor, those of a tenth of a second together, by a thread of its own: whoever reads slowly holds
 * up nothing but the lines. What has been gathered goes out before the process does, however that ends, unless it is killed.
 *
 * By the profile 5 % of what a call costs, as each line would be a write, and wake up a thread, and then this one.
 */
export function gatheredLog(fd: number): DestinationStream & { flushSync(): void } {
  const out = pino.destination({ fd, sync: false })
  let lines = ''
  let timer: NodeJS.Timeout | undefined

  const handOver = (): void => {
    clearTimeout(timer)
    timer = undefined
    const text = lines
    lines = ''
    if (text !== '') out.write(text)
  }
  // Before those of `out`, which see to it that what it has been given is written.
  process.prependListener('beforeExit', handOver)
  process.prependListener('exit', handOver)

  return {
    write(line) {
      lines += line
      if (lines.length >= gatheredLength) handOver()
      else timer ??= setTimeout(handOver, gatherMs).unref()
    },
    // Called by pino after a fatal error.
    flushSync() {
      handOver()
      out.flushSync()
    },
  }
}
