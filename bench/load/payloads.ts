import { readFileSync } from 'node:fs'

/** What is relayed. */
export type Signal = 'ice' | 'offer' | 'answer'

/** As `RTCIceCandidate.toJSON()` gives it in a browser; the addresses are of those kept for documentation. */
export const candidate = {
  candidate:
    'candidate:842163049 1 udp 1677729535 203.0.113.77 51972 typ srflx raddr 192.0.2.144 rport 51972 generation 0 ufrag HA/E network-id 1',
  sdpMid: '0',
  sdpMLineIndex: 0,
  usernameFragment: 'HA/E',
}

/** An offer that Chromium made for a microphone and a camera (VP8), 2.8 KB. */
export const sdp = readFileSync(new URL('../../fixtures/offer.sdp', import.meta.url), 'utf8')

/** As it is in every message that carries it, whatever the protocol. */
export const payloadText = (signal: Signal): string => JSON.stringify(signal === 'ice' ? candidate : sdp)
