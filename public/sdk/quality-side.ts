import type { Quality } from './quality.js'

/** A connection over which less goes says nothing of how much is lost: sound alone is four times that. */
const leastKbps = 8
/** Less than a picture that moves has. */
const pictureKbps = 60
/** From one to the other it is in doubt. */
const fineLossPercent = 1
const badLossPercent = 2
const fineRttMs = 300

/**
 * At whose end it is that a connection is not better, judged by what the other ones are like at the same time. All of them share
 * this side's access to the network, and none shares a peer's: when one suffers in no way from what this one suffers from, the
 * own access bears it; when each does, that is what they have in common.
 *
 * @param others  the other connections that are live
 * @returns       undefined where nothing is wrong, or nothing can be told
 */
export function sideOf(quality: Quality, others: readonly Quality[]): 'self' | 'peer' | undefined {
  if (quality.side !== undefined || quality.reason === 'good') return quality.side
  const said = others.map((other) => testimony(quality, other)).filter((word) => word !== undefined)
  if (said.length === 0) return undefined
  if (said.includes('fine')) return 'peer'
  return said.every((word) => word === 'bad') ? 'self' : undefined
}

/** Whether another connection suffers from the same; undefined where it cannot know, 'unsure' where it may. */
function testimony(quality: Quality, other: Quality): 'fine' | 'bad' | 'unsure' | undefined {
  switch (quality.reason) {
    case 'network':
      if (quality.direction === 'sending') return ofLoss(other.upLossPercent, other.upKbps)
      if (quality.direction === 'receiving') return ofLoss(other.downLossPercent, other.downKbps)
      return other.rttMs < fineRttMs ? 'fine' : 'bad'
    case 'frozen':
    case 'silent':
      if (other.reason === quality.reason) return 'bad'
      return other.level >= 3 && other.downKbps >= pictureKbps ? 'fine' : undefined
    default:
      // The detour over a relay is nobody's doing.
      return undefined
  }
}

function ofLoss(lossPercent: number, kbps: number): 'fine' | 'bad' | 'unsure' | undefined {
  if (kbps < leastKbps) return undefined
  if (lossPercent < fineLossPercent) return 'fine'
  return lossPercent >= badLossPercent ? 'bad' : 'unsure'
}
