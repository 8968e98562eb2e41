/**
 * Runs in a page before its own scripts: its connections report that nothing is wrong, however busy the machine is that all of
 * them are on.
 */
export function reportFine(): void {
  const read: (this: RTCPeerConnection) => Promise<RTCStatsReport> = RTCPeerConnection.prototype.getStats
  RTCPeerConnection.prototype.getStats = async function () {
    const fine = {
      currentRoundTripTime: 0.02,
      roundTripTime: 0.02,
      fractionLost: 0,
      packetsLost: 0,
      jitter: 0.005,
      jitterBufferDelay: 0,
      totalFreezesDuration: 0,
      qualityLimitationReason: 'none',
    }
    return new Map(Array.from(await read.call(this), ([id, stats]) => [id, { ...stats, ...fine }]))
  }
}
