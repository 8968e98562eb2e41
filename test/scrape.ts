/** What was read from `/metrics`, or a registry, by what stands before each number. */
export class Scrape {
  readonly text: string
  readonly #values: ReadonlyMap<string, number>

  constructor(text: string) {
    this.text = text
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
    this.#values = new Map(
      lines.map((line) => {
        const at = line.lastIndexOf(' ')
        return [line.slice(0, at), Number(line.slice(at + 1))]
      }),
    )
  }

  /** @param url  of a service's metrics, `http:` */
  static async of(url: string): Promise<Scrape> {
    const response = await fetch(url)
    if (response.status !== 200) throw new Error(`${url}: ${response.status}`)
    return new Scrape(await response.text())
  }

  /** @param series  such as `signalbox_joins_total{outcome="full"}` */
  value(series: string): number | undefined {
    return this.#values.get(series)
  }

  /** The names that are declared, in the order of the text. */
  get names(): string[] {
    return Array.from(this.text.matchAll(/^# TYPE (\S+) /gm), ([, name = '']) => name)
  }

  /** The values of one label of a metric. */
  labels(name: string, label: string): string[] {
    return [...this.#values.keys()]
      .filter((series) => series.startsWith(`${name}{`))
      .map((series) => new RegExp(`${label}="([^"]*)"`).exec(series)?.[1] ?? '')
  }
}
