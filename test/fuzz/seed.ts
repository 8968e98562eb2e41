/** From `FUZZ_SEED`, to see again what was seen; else another one each time. */
export function seedOfRun(): number {
  const given = process.env['FUZZ_SEED']
  return given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given)
}

const maxShown = 4000

/** What has been made up can hold anything: in ASCII, and on one line, no report loses it. */
export function told(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  return text.replaceAll(/[^ -~]/g, escaped).slice(0, maxShown)
}
