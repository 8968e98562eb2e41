import { CallError, join, openMedia } from '/sdk/index.js'
import { Tile } from './tile.js'

const [lobby, message, stage] = ['#lobby', '#message', '#call'].map((selector) => document.querySelector(selector))

lobby.addEventListener('submit', async (event) => {
  event.preventDefault()
  const { room, name } = Object.fromEntries(new FormData(lobby))
  lobby.hidden = true
  say('Joining…')
  try {
    await talk(room, name)
  } catch (error) {
    lobby.hidden = false
    say(wordsFor(error))
  }
})

/** Joins, and shows the call until it is over. */
async function talk(room, name) {
  // First of all, so that a camera that is not allowed leaves nobody in the room waiting for a picture.
  const media = await openMedia({ audio: true, video: true })
  const stop = new AbortController()
  stop.signal.addEventListener('abort', () => {
    for (const track of media.getTracks()) track.stop()
  })
  try {
    const call = await join('/signaling/ws', {
      room,
      ...(name && { name }),
      capacity: 8,
      onKnocking: () => say('A host has been asked to let you in…'),
      signal: AbortSignal.timeout(60_000),
    })
    // Right after `join`: who is there already is told now.
    const tiles = new Map()
    call.on('peer', (peer) => {
      if (!tiles.has(peer)) tiles.set(peer, new Tile(peer))
      sayWhoIsThere(call)
    })
    call.on('left', ({ peer, replacedBy }) => {
      const tile = tiles.get(peer)
      tiles.delete(peer)
      if (replacedBy === undefined) tile.remove()
      else {
        // Somebody whose connection could not be saved is back, with the same stream: kept, the tile does not flicker.
        tile.show(replacedBy)
        tiles.set(replacedBy, tile)
      }
      sayWhoIsThere(call)
    })
    call.on('ended', ({ slot }) => say(`Your ${slot} has stopped.`))
    call.on('signaling', (state) =>
      state === 'open' ? sayWhoIsThere(call) : say('The service is away; you can go on talking.'),
    )
    call.on('error', (error) => console.warn(error.code, error.message))
    call.on('end', ({ reason }) => {
      stop.abort()
      for (const tile of tiles.values()) tile.remove()
      stage.hidden = true
      lobby.hidden = false
      say(reason === 'left' ? '' : wordsFor(reason))
    })
    document.querySelector('#self video').srcObject = media
    button('#mic', (isOff) => call.mute('mic', isOff), stop.signal)
    button('#camera', (isOff) => call.mute('camera', isOff), stop.signal)
    document.querySelector('#leave').addEventListener('click', () => call.leave(), stop)
    stage.hidden = false
    sayWhoIsThere(call)
    await call.publish('mic', media.getAudioTracks()[0])
    await call.publish('camera', media.getVideoTracks()[0])
  } catch (error) {
    stop.abort()
    throw error
  }
}

function button(selector, switchOff, signal) {
  const element = document.querySelector(selector)
  element.ariaPressed = 'false'
  const toggle = () => {
    const isOff = element.ariaPressed !== 'true'
    element.ariaPressed = String(isOff)
    switchOff(isOff)
  }
  element.addEventListener('click', toggle, { signal })
}

function sayWhoIsThere({ room, peers }) {
  say(peers.size === 0 ? `Nobody else is in ${room} yet.` : `${peers.size + 1} people are in ${room}.`)
}

function say(text) {
  message.textContent = text
}

/** What somebody can do about it, by the code; for the rest what the error says. */
function wordsFor(error) {
  if (!(error instanceof CallError)) throw error
  const words = {
    'room-full': 'The room is full.',
    'media-denied':
      'The browser may not use camera and microphone on this page. Allow it in the address bar, and join again.',
    'media-not-found': 'There is no camera or no microphone.',
    'media-in-use': 'Another program uses camera or microphone.',
    'insecure-context': 'Camera and microphone need https, or localhost.',
    'signaling-unreachable': 'The service cannot be reached. Try again in a moment.',
  }
  return words[error.code] ?? `That did not work: ${error.message}.`
}
