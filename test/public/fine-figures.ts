import type { QualityFigures } from '../../public/sdk/index.js'

/** Those of a connection that nothing is wrong with. */
export const fineFigures: QualityFigures = {
  mos: 4.4,
  rttMs: 40,
  jitterMs: 5,
  lossPercent: 0,
  upLossPercent: 0,
  downLossPercent: 0,
  upKbps: 900,
  downKbps: 800,
}
