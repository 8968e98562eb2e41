import type { Template } from './message-grammar.js'

const sdp = [
  'v=0',
  'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0 1',
  'a=msid-semantic: WMS',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 63',
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:Xy1z',
  'a=ice-pwd:by5GZGG1lw+040DWA6hXM5Bz',
  'a=ice-options:trickle',
  'a=fingerprint:sha-256 7B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08',
  'a=setup:actpass',
  'a=mid:0',
  'a=sendrecv',
  'a=rtpmap:111 opus/48000/2',
  '',
].join('\\r\\n')
const candidate = (port: number): string =>
  `{"candidate":"candidate:842163049 1 udp 1677729535 192.0.2.7 ${port} typ srflx raddr 0.0.0.0 rport 0 generation 0 ufrag Xy1z","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"Xy1z"}`
const proof = 'sha-256=7B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3 sha-256=6E:1F:9A:00:5F:78:E2:51:3B:AC:6F:F3'

/** What clients say in a session of theirs, frame by frame; as the SDK writes it, and a client of a hundred lines. */
export const recordedSessions: readonly (readonly Template[])[] = [
  // A call of two, of a client that knows no more than that.
  [
    '{"type":"join","roomId":"@ROOM@"}',
    `{"type":"offer","sdp":"${sdp}"}`,
    `{"type":"ice","candidate":${candidate(46154)}}`,
    `{"type":"ice","candidate":${candidate(46155)}}`,
    '{"type":"ice","candidate":{"candidate":"","sdpMid":"0","sdpMLineIndex":0}}',
    '{"type":"leave"}',
  ],
  // The same by the SDK, numbered, with a profile and a connection that is mended.
  [
    '{"type":"join","roomId":"@ROOM@","name":"Bo","media":{"mic":true,"camera":true,"screen":false},"updates":true,"capacity":3,"resume":true}',
    '{"type":"ack","seq":"@SEQ@"}',
    `{"type":"offer","to":"@A@","gen":1,"sdp":"${sdp}","n":@N@}`,
    `{"type":"ice","to":"@A@","gen":1,"candidate":${candidate(50001)},"n":@N@}`,
    '{"type":"update","media":{"mic":false,"camera":true,"screen":false},"n":@N@}',
    '{"type":"pong"}',
    '{"type":"ack","seq":"@SEQ@"}',
    '{"type":"restart","to":"@A@","gen":1,"rebuild":true,"n":@N@}',
    `{"type":"answer","to":"@A@","gen":2,"sdp":"${sdp}","n":@N@}`,
    '{"type":"ice-servers"}',
    '{"type":"update","name":"Bo L.","metadata":{"hand":"raised","at":1764144000.5},"n":@N@}',
    '{"type":"leave","n":@N@}',
  ],
  // A call of three.
  [
    '{"type":"join","roomId":"@ROOM@","name":"Cy","capacity":3}',
    `{"type":"offer","to":"@A@","sdp":"${sdp}"}`,
    `{"type":"offer","to":"@B@","sdp":"${sdp}"}`,
    `{"type":"ice","to":"@A@","candidate":${candidate(50002)}}`,
    `{"type":"ice","to":"@B@","candidate":${candidate(50003)}}`,
    `{"type":"answer","to":"@B@","sdp":{"type":"answer","sdp":"${sdp}"}}`,
    '{"type":"update","name":null,"metadata":null,"media":null}',
    '{"type":"leave"}',
  ],
  // Two who come back to each other, and know each other again.
  [
    '{"type":"resume","roomId":"@ROOM@","peerId":"@S@","attempt":1,"seq":"@SEQ@","mac":"h0YkLr3S6y9aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV"}',
    '{"type":"join","roomId":"@ROOM@","name":"Bo","resume":true,"replace":{"peerId":"@S@","attempt":2,"mac":"h0YkLr3S6y9aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV"}}',
    '{"type":"join","roomId":"@ROOM@","name":"Bo","resume":true,"capacity":3}',
    '{"type":"ack","seq":"@SEQ@"}',
    `{"type":"keep","to":"@A@","proof":"${proof}","n":@N@}`,
    `{"type":"keep","to":"@A@","proof":"${proof}","n":@BEHIND@}`,
    '{"type":"restart","to":"@A@","gen":3,"n":@N@}',
    '{"type":"leave","n":@BEHIND@}',
    '{"type":"leave","n":@N@}',
  ],
  // A host.
  [
    '{"type":"join","roomId":"@ROOM@","name":"Ada","token":"host","updates":true,"capacity":3}',
    '{"type":"lock","knock":true}',
    '{"type":"admit","peerId":"@B@"}',
    '{"type":"lock"}',
    '{"type":"unlock"}',
    '{"type":"lock","knock":true,"id":7}',
    '{"type":"refuse","peerId":"@B@"}',
    '{"type":"kick","peerId":"@B@"}',
    '{"type":"kick","peerId":"@A@"}',
    '{"type":"leave"}',
  ],
  // Somebody who knocks, tires of it, and knocks again.
  [
    '{"type":"ice-servers","roomId":"@ROOM@"}',
    '{"type":"join","roomId":"@ROOM@","name":"Di","metadata":{"why":"interview"},"updates":true,"resume":true}',
    '{"type":"pong"}',
    '{"type":"leave"}',
    '{"type":"join","roomId":"@ROOM@","name":"Di"}',
    '{"type":"join","roomId":"another","name":"Di"}',
  ],
]
