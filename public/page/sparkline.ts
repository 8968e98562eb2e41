import type { QualityMoment } from '../sdk/index.js'
import { make } from './elements.js'
import { type Measure, shortly } from './figures.js'
import { linesOf, topOf } from './plot-lines.js'

/** Between the line and the edges: half of it would be cut off. */
const edgePx = 2

/** A small plot of one measure over the last two minutes. It says nothing that the numbers beside it do not. */
export class Sparkline {
  readonly element = make('canvas', 'plot')
  readonly #measure: Measure

  constructor(measure: Measure) {
    this.#measure = measure
    this.element.setAttribute('role', 'img')
  }

  /** Draws it in the colour that its styles give it, as sharp as the screen is. */
  draw(moments: readonly QualityMoment[], nowMs: number, language: string): void {
    const { clientWidth: width, clientHeight: height } = this.element
    const context = this.element.getContext('2d')
    if (context === null || width === 0) return
    // Also empties it.
    this.element.width = Math.round(width * devicePixelRatio)
    this.element.height = Math.round(height * devicePixelRatio)
    context.scale(devicePixelRatio, devicePixelRatio)
    const { color, fontFamily } = getComputedStyle(this.element)
    const place = (x: number, y: number): [number, number] => [
      edgePx + x * (width - 2 * edgePx),
      height - edgePx - y * (height - 2 * edgePx),
    ]
    context.strokeStyle = color
    context.fillStyle = color
    context.lineJoin = 'round'
    context.lineCap = 'round'
    context.globalAlpha = 0.35
    context.lineWidth = 1
    context.beginPath()
    context.moveTo(...place(0, 0))
    context.lineTo(...place(1, 0))
    context.stroke()
    context.globalAlpha = 1
    context.lineWidth = 1.75
    for (const line of linesOf(moments, this.#measure, nowMs)) {
      const [first] = line
      if (first === undefined) continue
      context.beginPath()
      context.moveTo(...place(...first))
      for (const point of line) context.lineTo(...place(...point))
      // A single one would have no length.
      context.lineTo(...place(...(line.at(-1) ?? first)))
      context.stroke()
    }
    context.font = `10px ${fontFamily}`
    context.textBaseline = 'top'
    context.globalAlpha = 0.75
    context.fillText(shortly(topOf(moments, this.#measure), this.#measure, language), edgePx, 0)
  }
}
