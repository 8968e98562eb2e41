/**
 * The page of a client that knows the two-person protocol and nothing else: no peerId, no `from`, no end of candidates, tracks
 * added by `addTrack`, the session description as an object. It stands for every client written before Signalbox.
 */
export const classicPage = `<!doctype html>
<title>classic</title>
<video id="remote" autoplay playsinline></video>
<script type="module">
  const socket = new WebSocket('ws://' + location.host)
  const send = (message) => socket.send(JSON.stringify(message))
  const early = []
  let pc
  async function start(isInitiator) {
    pc?.close()
    pc = new RTCPeerConnection()
    globalThis.classicPc = pc
    pc.onicecandidate = ({ candidate }) => candidate && send({ type: 'ice', candidate })
    pc.ontrack = ({ streams: [stream] }) => { document.querySelector('#remote').srcObject = stream }
    const media = await navigator.mediaDevices.getUserMedia({ audio: true, video: true })
    for (const track of media.getTracks()) pc.addTrack(track, media)
    if (!isInitiator) return
    await pc.setLocalDescription(await pc.createOffer())
    send({ type: 'offer', sdp: pc.localDescription })
  }
  let chain = Promise.resolve()
  const handlers = {
    joined: ({ peers }) => { document.title = 'joined ' + peers },
    full: () => { document.title = 'full' },
    ready: ({ isInitiator }) => start(isInitiator),
    offer: async ({ sdp }) => {
      await pc.setRemoteDescription(sdp.sdp ? sdp : { type: 'offer', sdp })
      for (const candidate of early.splice(0)) await pc.addIceCandidate(candidate)
      await pc.setLocalDescription(await pc.createAnswer())
      send({ type: 'answer', sdp: pc.localDescription })
    },
    answer: async ({ sdp }) => {
      await pc.setRemoteDescription(sdp.sdp ? sdp : { type: 'answer', sdp })
      for (const candidate of early.splice(0)) await pc.addIceCandidate(candidate)
    },
    ice: ({ candidate }) => pc.remoteDescription ? pc.addIceCandidate(candidate) : early.push(candidate),
    'peer-left': () => { document.title = 'alone'; pc?.close() },
  }
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data)
    chain = chain.then(() => handlers[message.type]?.(message))
  }
  socket.onopen = () => send({ type: 'join', roomId: '1001' })
</script>`
