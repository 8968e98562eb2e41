declare global {
  /** Draws somebody, who moves a little, for as long as the page is open. */
  var signalboxDraw: (
    who: number,
    size: readonly [width: number, height: number],
    framesPerSecond: number,
  ) => MediaStreamTrack
}

/** Runs in a page before its own scripts: gives it people to send instead of a camera's picture. */
export function drawPeople(): void {
  const rooms = ['#7d8f86', '#8a7f93', '#a08a6c', '#6f8798', '#93766f', '#76906f', '#8d8d78', '#6d7f8f']
  const clothes = ['#31493f', '#4d3f5c', '#7a4f2b', '#2e4a60', '#6a352f', '#39553a', '#4a4a3a', '#27384a']
  const skins = ['#e9c7a5', '#c99a73', '#8d5f43', '#f0d3b8', '#b07f5b', '#dcb28c', '#6e4a36', '#e3bd98']
  const hairs = ['#3a2a20', '#1f1a18', '#171312', '#a8793f', '#2b2420', '#6b4a2c', '#120f0e', '#b9b2a6']

  globalThis.signalboxDraw = (who, [width, height], framesPerSecond) => {
    const make = (): [HTMLCanvasElement, CanvasRenderingContext2D] => {
      const canvas = document.createElement('canvas')
      ;[canvas.width, canvas.height] = [width, height]
      const context = canvas.getContext('2d')
      if (context === null) throw new Error('this browser draws nothing')
      context.setTransform(height / 180, 0, 0, height / 180, width / 2, 0)
      return [canvas, context]
    }
    // The room does not move: it is drawn once.
    const [[canvas, context], [room, walls]] = [make(), make()]
    const half = (width / height) * 90
    const of = (colours: readonly string[]): string => colours[who % colours.length] ?? '#888'
    const blob = (on: CanvasRenderingContext2D, colour: string, x: number, y: number, across: number, high: number) => {
      on.fillStyle = colour
      on.beginPath()
      on.ellipse(x, y, across, high, 0, 0, 7)
      on.fill()
    }
    const light = walls.createLinearGradient(-half, 0, half, 180)
    light.addColorStop(0, '#f3efe6')
    light.addColorStop(1, of(rooms))
    walls.fillStyle = light
    walls.fillRect(-half, 0, 2 * half, 180)
    // What stands in it, on the one side or the other.
    const side = who % 2 === 0 ? 1 : -1
    walls.fillStyle = 'rgb(255 255 255 / 55%)'
    walls.fillRect(side * 92 - 26, 22, 52, 66)
    walls.fillStyle = 'rgb(40 50 45 / 25%)'
    walls.fillRect(side * -104 - 20, 84, 40, 96)
    blob(walls, 'rgb(45 85 60 / 60%)', side * -104, 70, 22, 26)
    let step = 0
    const draw = (): void => {
      step += 4 / framesPerSecond
      context.drawImage(room, -half, 0, 2 * half, 180)
      const sway = 2.5 * Math.sin(step)
      const nod = 1.2 * Math.sin(step * 1.7)
      blob(context, of(clothes), sway / 2, 196, 66, 62)
      context.fillStyle = of(skins)
      context.fillRect(sway - 11, 112, 22, 32)
      blob(context, of(hairs), sway, 76 + nod, 41, who % 3 === 0 ? 52 : 46)
      if (who % 3 === 0) blob(context, of(clothes), sway / 2, 196, 66, 62)
      blob(context, of(skins), sway, 84 + nod, 33, 42)
      blob(context, of(hairs), sway, 52 + nod, 33, 17)
      for (const eye of [-12, 12])
        blob(context, '#2a211c', sway + eye, 84 + nod, 2.6, Math.sin(step * 2.3) > 0.97 ? 0.6 : 3)
      context.strokeStyle = '#8c4a3f'
      context.lineWidth = 2.2
      context.lineCap = 'round'
      context.beginPath()
      context.arc(sway, 98 + nod, 11, 0.5, 2.6)
      context.stroke()
    }
    draw()
    const timer = setInterval(draw, 1000 / framesPerSecond)
    const [track] = canvas.captureStream(framesPerSecond).getVideoTracks()
    if (track === undefined) throw new Error('the canvas gives no picture')
    const stop = track.stop.bind(track)
    track.stop = () => {
      clearInterval(timer)
      stop()
    }
    return track
  }
}

/** Runs after it: the camera of this page sees the first of them. */
export function drawOwnCamera(): void {
  const devices: MediaDevices | undefined = navigator.mediaDevices
  if (devices === undefined) return
  const open = devices.getUserMedia.bind(devices)
  devices.getUserMedia = async (wanted) => {
    const stream = await open(wanted)
    for (const camera of stream.getVideoTracks()) {
      stream.removeTrack(camera)
      camera.stop()
      stream.addTrack(globalThis.signalboxDraw(7, [640, 360], 8))
    }
    return stream
  }
}
