/** Browsers that are told in different ways what they may do. `chrome` is also whatever is built on it. */
export const browserKinds = [
  'chrome',
  'edge',
  'firefox',
  'safari',
  'chrome-android',
  'firefox-android',
  'safari-ios',
  'app-ios',
  'other',
] as const

/** One of them. */
export type BrowserKind = (typeof browserKinds)[number]

/** Systems that keep devices from browsers in different ways. */
export const systemKinds = ['macos', 'windows', 'android', 'ios', 'other'] as const

/** One of them. */
export type SystemKind = (typeof systemKinds)[number]

/** What a browser says of itself, as `navigator` has it. */
export interface BrowserTraits {
  readonly userAgent: string
  readonly maxTouchPoints: number
  /** `navigator.userAgentData`, in Chromium (User-Agent Client Hints). */
  readonly userAgentData?: { readonly brands?: readonly { readonly brand: string }[] }
}

/** Which way of being told a browser has. It decides what is advised and nothing else. */
export function browserKindOf(traits: BrowserTraits): BrowserKind {
  const { userAgent, userAgentData } = traits
  const system = systemKindOf(traits)
  // Every browser there is Safari underneath, and what holds for the others is set in the system's settings.
  if (system === 'ios') return /CriOS|FxiOS|EdgiOS|OPiOS|OPT\//.test(userAgent) ? 'app-ios' : 'safari-ios'
  if (/Firefox\//.test(userAgent)) return system === 'android' ? 'firefox-android' : 'firefox'
  const brands = userAgentData?.brands?.map(({ brand }) => brand) ?? []
  if (brands.includes('Chromium') || /Chrom(e|ium)\//.test(userAgent)) {
    if (system === 'android') return 'chrome-android'
    return brands.includes('Microsoft Edge') || /Edg\//.test(userAgent) ? 'edge' : 'chrome'
  }
  return system === 'macos' && /Safari\//.test(userAgent) ? 'safari' : 'other'
}

/** Which system a browser runs on, as far as that decides where its privacy settings are. */
export function systemKindOf({ userAgent, maxTouchPoints }: BrowserTraits): SystemKind {
  if (/Android/.test(userAgent)) return 'android'
  // An iPad says that it is a Mac; no Mac has a touch screen.
  if (/iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1)) return 'ios'
  if (/Macintosh/.test(userAgent)) return 'macos'
  return /Windows/.test(userAgent) ? 'windows' : 'other'
}

/**
 * Who has said no. `site`: the person, or the browser for this site. `dismissed`: nobody; the question was closed. `system`: the
 * privacy settings of the system, for the whole browser.
 */
export type Refusal = 'site' | 'dismissed' | 'system'

/** @param cause  what `getUserMedia` threw: a `NotAllowedError`, whose message alone tells them apart, and only in Chromium */
export function refusalOf(cause: unknown): Refusal {
  const message = cause instanceof DOMException || cause instanceof Error ? cause.message : ''
  if (/by system/i.test(message)) return 'system'
  return /dismissed/i.test(message) ? 'dismissed' : 'site'
}
