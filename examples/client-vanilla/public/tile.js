/** The picture of somebody else, and what is to be said of it. */
export class Tile {
  #element = document.createElement('figure')
  #video = document.createElement('video')
  #caption = document.createElement('figcaption')
  #listening = new AbortController()

  constructor(peer) {
    this.#video.autoplay = true
    this.#video.playsInline = true
    this.#element.append(this.#video, this.#caption)
    document.querySelector('#tiles').append(this.#element)
    this.show(peer)
  }

  show(peer) {
    this.#listening.abort()
    this.#listening = new AbortController()
    this.#video.srcObject = peer.stream()
    const describe = () => {
      const isMuted = peer.isSending('mic') ? '' : ' (muted)'
      const trouble = peer.state === 'live' ? '' : ` – ${peer.state}`
      this.#caption.textContent = `${peer.name ?? 'Somebody'}${isMuted}${trouble}`
      this.#video.style.visibility = peer.isSending('camera') ? '' : 'hidden'
    }
    for (const type of ['state', 'media', 'profile']) peer.on(type, describe, this.#listening)
    describe()
  }

  remove() {
    this.#listening.abort()
    this.#element.remove()
  }
}
