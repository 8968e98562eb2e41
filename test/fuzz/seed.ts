/** From `FUZZ_SEED`, to see again what was seen; else another one each time. */
export function seedOfRun(): number {
  const given = process.env['FUZZ_SEED']
  return given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given)
}
