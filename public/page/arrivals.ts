import type { GoneReason } from '../sdk/index.js'
import type { Speech } from './language.js'
import type { StatusLine } from './status-line.js'
import type { Language, Texts } from './texts.js'

/** Whoever comes or goes within this time of another is named in the same sentence. */
const coalesceMs = 600
/** Whoever is announced this soon after one's own joining was there already. */
const presentWithinMs = 1500
/** More names than this are counted. */
const maxNames = 4

type Name = string | undefined

/** Who came and went, oldest first. */
export interface News {
  /** Who was there already. */
  readonly present: readonly Name[]
  readonly joined: readonly Name[]
  readonly left: readonly Name[]
  /** Who has gone without saying so. */
  readonly lost: readonly Name[]
  /** Whom a host has thrown out. */
  readonly removed: readonly Name[]
}

type Kind = keyof News

const kinds = { left: 'left', disconnected: 'lost', kicked: 'removed' } as const satisfies Record<GoneReason, Kind>

/** Announces who comes and goes among several; of one other alone the standing sentence says it. */
export class Arrivals {
  readonly #speech: Speech
  readonly #status: StatusLine
  readonly #news = new Map<string, { readonly kind: Kind; readonly name: Name }>()
  #beganAtMs = 0
  #others = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(speech: Speech, status: StatusLine) {
    this.#speech = speech
    this.#status = status
  }

  /** A call begins. */
  begin(): void {
    this.end()
    this.#beganAtMs = performance.now()
  }

  /** The call is over: nothing more is announced. */
  end(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#news.clear()
    this.#others = 0
  }

  /** @param others  how many are here now */
  joined(id: string, name: Name, others: number): void {
    const isPresent = performance.now() - this.#beganAtMs < presentWithinMs
    this.#note(id, isPresent ? 'present' : 'joined', name, others)
  }

  /** @param others  how many are here now */
  left(id: string, name: Name, reason: GoneReason, others: number): void {
    // Nobody was told of the coming yet.
    if (this.#news.delete(id)) this.#others = others
    else this.#note(id, kinds[reason], name, others)
  }

  #note(id: string, kind: Kind, name: Name, others: number): void {
    this.#news.set(id, { kind, name })
    this.#others = others
    this.#timer ??= setTimeout(() => this.#tell(), coalesceMs)
  }

  #tell(): void {
    this.#timer = undefined
    const names = (kind: Kind): Name[] =>
      Array.from(this.#news.values()).flatMap((news) => (news.kind === kind ? [news.name] : []))
    const come = this.#others > 1
    const sentence = sentenceOf(
      {
        present: come ? names('present') : [],
        joined: come ? names('joined') : [],
        left: this.#others > 0 ? names('left') : [],
        lost: this.#others > 0 ? names('lost') : [],
        removed: this.#others > 0 ? names('removed') : [],
      },
      this.#speech.texts,
      this.#speech.language,
    )
    this.#news.clear()
    if (sentence !== '') this.#status.announce(sentence)
  }
}

/** Who came and went, in as few sentences as that takes; '' for no news. */
export function sentenceOf({ present, joined, left, lost, removed }: News, texts: Texts, language: Language): string {
  const parts = [
    [present, texts.present],
    [joined, texts.joined],
    [left, texts.left],
    [lost, texts.lostOne],
    [removed, texts.removed],
  ] as const
  return parts
    .flatMap(([names, sentence]) => (names.length === 0 ? [] : [sentence(listOf(names, texts, language))]))
    .join(' ')
}

/** @returns undefined for one without a name, as every sentence about somebody wants it */
function listOf(names: readonly Name[], texts: Texts, language: Language): string | undefined {
  const named = names.filter((name) => name !== undefined).slice(0, maxNames)
  const others = names.length - named.length
  if (named.length === 0 && others === 1) return undefined
  const items = others === 0 ? named : [...named, texts.others(String(others))]
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(items)
}
