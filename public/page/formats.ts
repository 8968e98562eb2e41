import type { Language } from './texts.js'

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

/** How large a file is, as people of a language write it; a kilobyte has 1000 bytes. */
export function sizeIn(language: Language, bytes: number): string {
  // By what it is rounded to: 999,950 bytes are a megabyte.
  let index = 0
  while (index < units.length - 1 && Math.round(bytes / 1000 ** index) >= 1000) index += 1
  const amount = bytes / 1000 ** index
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: units[index] ?? 'byte',
    unitDisplay: index === 0 ? 'long' : 'short',
    maximumFractionDigits: amount < 10 ? 1 : 0,
  }).format(amount)
}

/** How much of something is done, such as 42 %; never all of it before it is. */
export function shareIn(language: Language, part: number, whole: number): string {
  const share = whole === 0 ? 1 : Math.floor((part / whole) * 100) / 100
  return new Intl.NumberFormat(language, { style: 'percent' }).format(share)
}

/**
 * The time of the day in words of a language, with the hours counted as where the person is.
 *
 * @param place  the locale that says how hours are counted; without it, the browser's own
 */
export function timeIn(language: Language, at: Date, place?: string): string {
  const { hourCycle } = new Intl.DateTimeFormat(place, { hour: 'numeric' }).resolvedOptions()
  return new Intl.DateTimeFormat(language, {
    hour: 'numeric',
    minute: '2-digit',
    ...(hourCycle !== undefined && { hourCycle }),
  }).format(at)
}
