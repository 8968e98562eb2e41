/** As much memory as a queue has at first; few ever need more. */
const blockBytes = 8192
/** So many blocks that others have given back are kept for the next. */
const maxSpare = 128
const spare: Buffer[] = []

/**
 * Frames one behind the other in one piece of memory, which is given back when there are none. The garbage collector sees one
 * thing, where with a Buffer for each it would look at them all again and again.
 */
export class FrameQueue {
  #memory: Buffer | undefined
  #start = 0
  #end = 0

  /** Puts a copy at the end. */
  push(frame: Buffer): void {
    this.#roomFor(frame.length).set(frame, this.#end)
    this.#end += frame.length
  }

  /** Lets go of those at the beginning that take so many bytes together. */
  drop(bytes: number): void {
    this.#start += bytes
    if (this.#start < this.#end) return
    giveBack(this.#memory)
    this.#memory = undefined
    this.#start = 0
    this.#end = 0
  }

  /** @returns a copy of the bytes there, counted from the beginning of the first frame */
  read(offset: number, length: number): Buffer {
    const start = this.#start + offset
    return Buffer.from(this.#memory?.subarray(start, start + length) ?? [])
  }

  #roomFor(bytes: number): Buffer {
    const memory = this.#memory
    if (memory !== undefined && this.#end + bytes <= memory.length) return memory
    const needed = this.#end - this.#start + bytes
    // With a quarter of it free what is in it is moved seldom enough.
    const isLargeEnough = memory !== undefined && 4 * needed <= 3 * memory.length
    const next = isLargeEnough ? memory : allocate(needed)
    memory?.copy(next, 0, this.#start, this.#end)
    if (next !== memory) giveBack(memory)
    this.#end -= this.#start
    this.#start = 0
    this.#memory = next
    return next
  }
}

function allocate(bytes: number): Buffer {
  if (2 * bytes > blockBytes) return Buffer.allocUnsafeSlow(2 * bytes)
  return spare.pop() ?? Buffer.allocUnsafeSlow(blockBytes)
}

function giveBack(memory: Buffer | undefined): void {
  if (memory?.length === blockBytes && spare.length < maxSpare) spare.push(memory)
}
