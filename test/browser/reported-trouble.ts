declare global {
  /** What the statistics of this page are to say: that the device is too busy, and of which connection much is lost. */
  var signalboxTrouble: { isBusy: boolean; lossy: RTCPeerConnection | undefined }
}

/**
 * Runs in a page before its own scripts: lets a browser report of its connections that nothing is wrong, however busy the machine is
 * that all of them are on, but for what `signalboxTrouble` asks for.
 */
export function reportTrouble(): void {
  globalThis.signalboxTrouble = { isBusy: false, lossy: undefined }
  const read: (this: RTCPeerConnection) => Promise<RTCStatsReport> = RTCPeerConnection.prototype.getStats
  RTCPeerConnection.prototype.getStats = async function () {
    const { isBusy, lossy } = globalThis.signalboxTrouble
    const fine = {
      currentRoundTripTime: 0.02,
      roundTripTime: 0.02,
      fractionLost: 0,
      jitter: 0.005,
      jitterBufferDelay: 0,
      totalFreezesDuration: 0,
      qualityLimitationReason: isBusy ? 'cpu' : 'none',
    }
    return new Map(
      Array.from(await read.call(this), ([id, stats]) => {
        const packetsLost = this === lossy ? Math.round(stats.packetsReceived / 10) : 0
        return [id, { ...stats, ...fine, packetsLost }]
      }),
    )
  }
}
