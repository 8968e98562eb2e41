// By its address at run time, as this file is one folder deeper then.
const { Config, environmentName }: typeof import('../../dist/schemas/index.js') = await import(
  new URL('../../../dist/schemas/index.js', import.meta.url).href
)

/** All load comes from one address, and each socket sends as much as it can: what bounds that is raised, and nothing else. */
const bounded = /PerSecond$|Burst$|PerAddress$|PerMinute$/

/** The settings of signalbox that differ from their defaults, as environment variables: each at its highest. */
export function raisedLimits(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Config.properties)
      .filter(([key]) => bounded.test(key))
      .map(([key, schema]) => [environmentName(key), String('maximum' in schema ? schema.maximum : '')]),
  )
}
