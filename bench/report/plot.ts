// Plots as SVG, by hand: two shapes are all that is needed. The colours can be read on white and on black.
import { short } from './markdown.js'
import type { Row } from './results.js'

const colours = ['#3b82f6', '#93c5fd', '#9ca3af', '#d4d4d8', '#f59e0b', '#ef4444']
const style = 'font-family="system-ui, sans-serif" font-size="12" fill="#808080"'
const widthPx = 720
const labelPx = 245
const barPx = 11

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

function svg(heightPx: number, title: string, parts: readonly string[]): string {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${widthPx} ${heightPx}" role="img" ${style}>`
  return [head, `<title>${escaped(title)}</title>`, ...parts, '</svg>', ''].join('\n')
}

function text(x: number, y: number, content: string, anchor: 'start' | 'middle' | 'end' = 'start'): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${escaped(content)}</text>`
}

function legend(names: readonly string[], y: number): string[] {
  const stepPx = (widthPx - 20) / names.length
  return names.flatMap((name, i) => [
    `<rect x="${(10 + i * stepPx).toFixed(1)}" y="${y - 10}" width="10" height="10" fill="${colours[i] ?? '#808080'}"/>`,
    text(24 + i * stepPx, y, name),
  ])
}

/** How many times better than the reference, as bars from 0; the reference is the line at 1. */
export function ratioPlot(title: string, rows: readonly Row[], names: readonly string[], reference: string): string {
  const ratios = rows.flatMap(({ cells }) => cells.map(({ ratio }) => ratio?.median ?? 0))
  const scale = (widthPx - labelPx - 50) / Math.max(1, ...ratios)
  const parts = legend(names, 20)
  let y = 40
  for (const row of rows) {
    const top = y
    for (const [i, name] of names.entries()) {
      const ratio = row.cells.find(({ subject }) => subject === name)?.ratio
      if (ratio === undefined) continue
      const width = ratio.median * scale
      parts.push(
        `<rect x="${labelPx}" y="${y}" width="${width.toFixed(1)}" height="${barPx - 2}" fill="${colours[i] ?? '#808080'}"/>`,
        text(labelPx + width + 4, y + barPx - 2, `${ratio.median.toFixed(2)}×`),
      )
      y += barPx
    }
    parts.push(text(labelPx - 8, (top + y) / 2 + 4, row.title, 'end'))
    y += 10
  }
  const one = labelPx + scale
  parts.push(
    `<line x1="${one.toFixed(1)}" y1="32" x2="${one.toFixed(1)}" y2="${y}" stroke="#808080" stroke-dasharray="4 3"/>`,
  )
  parts.push(text(one, y + 14, `${reference} = 1`, 'middle'))
  return svg(y + 24, title, parts)
}

export interface Line {
  readonly name: string
  readonly points: readonly (readonly [number, number])[]
}

/** Lines over a logarithmic axis of sizes. */
export function growthPlot(title: string, lines: readonly Line[], xTitle: string, yTitle: string): string {
  const heightPx = 300
  const [left, right, top, bottom] = [50, widthPx - 20, 50, heightPx - 40]
  const sizes = [...new Set(lines.flatMap(({ points }) => points.map(([size]) => size)))].sort((a, b) => a - b)
  const [least = 1, most = least * 2] = [sizes[0], sizes.at(-1)]
  const highest = Math.max(...lines.flatMap(({ points }) => points.map(([, value]) => value)))
  const x = (size: number): number => left + (Math.log(size / least) / Math.log(most / least)) * (right - left)
  const y = (value: number): number => bottom - (value / highest) * (bottom - top)
  const parts = legend(
    lines.map(({ name }) => name),
    20,
  )
  parts.push(text(left, 42, yTitle), text((left + right) / 2, heightPx - 6, xTitle, 'middle'))
  for (const size of sizes) parts.push(text(x(size), bottom + 16, String(size), 'middle'))
  for (const share of [0, 0.5, 1]) {
    parts.push(
      `<line x1="${left}" x2="${right}" y1="${y(share * highest)}" y2="${y(share * highest)}" stroke="#808080" stroke-opacity="0.3"/>`,
      text(left - 6, y(share * highest) + 4, short(share * highest), 'end'),
    )
  }
  for (const [i, { points }] of lines.entries()) {
    const path = points.map(([size, value]) => `${x(size).toFixed(1)},${y(value).toFixed(1)}`).join(' ')
    parts.push(`<polyline points="${path}" fill="none" stroke="${colours[i] ?? '#808080'}" stroke-width="2"/>`)
  }
  return svg(heightPx, title, parts)
}
