/** @throws  with that message, when it does not hold */
export function check(isTrue: boolean, otherwise: string): void {
  if (!isTrue) throw new Error(otherwise)
}
