/** The names in a closed list, typed. */
export function keysOf<T extends object>(list: T): readonly (keyof T & string)[] {
  return Object.keys(list) as (keyof T & string)[]
}
