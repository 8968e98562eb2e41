/** What the call page may take until one can join from its lobby, on a first visit. docs/page.md has what it took when measured. */
export const pageBudget = {
  /** The page itself, its styles, its script, its icon. */
  requests: 4,
  /** Over the network, with headers, compressed. */
  transferredBytes: 90_000,
  /** Of script, as it runs: what a browser has to read. */
  scriptBytes: 260_000,
  /**
   * Tasks of 50 ms and more (W3C Long Tasks) beyond those of an empty page. A count, as a slow machine makes a task longer but not
   * one into two.
   */
  longTasks: 4,
} as const
