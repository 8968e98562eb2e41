import type { News, Reply } from './reply.js'

/** An argument of the script. */
export type Argument = string | number | Buffer

/** The way from this node to the store that it shares with others, and back. */
export interface RoomLink {
  /**
   * Does one operation on one room.
   *
   * @throws StoreUnavailable
   */
  run(roomKey: string, operation: string, more: readonly Argument[]): Promise<Reply>
  /**
   * The keys of all rooms.
   *
   * @param prefix  what they begin with
   * @throws StoreUnavailable
   */
  roomKeys(prefix: string): Promise<readonly string[]>
  /**
   * Tells all nodes, this one too, that the store has lost something: each looks after its seats.
   *
   * @param roomKey  of the room where that is; without it, of all
   */
  alarm(roomKey?: string): void
  /** Whether the store has been away lately, or is another one now: it may know less than it did. */
  readonly mayHaveLost: boolean
  /** Resolves when it is time to try again. */
  nextTry(): Promise<void>
}

/** What a node is told without having asked. */
export interface NewsReader {
  hear(news: News): void
  /**
   * The store has lost something, or was away.
   *
   * @param roomKey  where; without it, anywhere
   */
  alarmed(roomKey?: string): void
}
