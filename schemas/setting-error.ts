/**
 * A setting that can be used by itself, but not here: a key that is none, or an option without another one that it needs.
 * It says so in a sentence that names the options; `toldOf` the same with other names for them.
 */
export class SettingError extends TypeError {
  override name = 'SettingError'
  readonly #sentence: string

  /** @param sentence  with the settings in braces and a full stop: `{apiKeys} needs {tokenSecrets} beside it.` */
  constructor(sentence: string) {
    super(`signalbox: ${sentence.replace(inBraces, '$1')}`)
    this.#sentence = sentence
  }

  /** @param nameOf  what a setting is called where it was set: an environment variable, for instance */
  toldOf(nameOf: (setting: string) => string): string {
    return this.#sentence.replace(inBraces, (_all, setting: string) => nameOf(setting))
  }
}

/** A value that cannot be used, as an error may repeat it: not where a password can stand in it, as in `https://user:password@host`. */
export function shownValue(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.includes('@') ? 'one with an @ in it, which may follow a password and is kept back' : text
}

const inBraces = /\{(\w+)\}/g
