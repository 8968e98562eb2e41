import { Lobby } from './lobby.js'
import { Tile } from './tile.js'
import { type UsedCall, useCall } from './use-call.js'
import { wordsFor } from './words.js'

export function App() {
  const call = useCall('/signaling/ws')
  return (
    <main>
      {call.status === 'idle' ? <Lobby onJoin={call.join} /> : <Room {...call} />}
      {call.error !== undefined && <p role="alert">{wordsFor(call.error)}</p>}
    </main>
  )
}

function Room({ status, remotes, preview, stopped, isServiceAway, isMicOn, isCameraOn, toggle, leave }: UsedCall) {
  return (
    <>
      <p role="status">{sentenceOf(status, remotes.length)}</p>
      {isServiceAway && <p role="alert">The service is away; you can go on talking.</p>}
      {stopped !== undefined && <p role="alert">Your {stopped} has stopped.</p>}
      <div className="tiles">
        <Tile stream={preview} caption="You" isOn={isCameraOn} isSelf />
        {remotes.map(({ key, name, stream, state, isMicOn, isCameraOn }) => (
          <Tile
            key={key}
            stream={stream}
            caption={`${name}${isMicOn ? '' : ' (muted)'}${state === 'live' ? '' : ` – ${state}`}`}
            isOn={isCameraOn}
          />
        ))}
      </div>
      <button
        type="button"
        id="mic"
        aria-pressed={!isMicOn}
        disabled={status !== 'in-call'}
        onClick={() => toggle('mic')}
      >
        Mute
      </button>{' '}
      <button
        type="button"
        id="camera"
        aria-pressed={!isCameraOn}
        disabled={status !== 'in-call'}
        onClick={() => toggle('camera')}
      >
        Camera off
      </button>{' '}
      <button type="button" id="leave" onClick={leave}>
        Hang up
      </button>
    </>
  )
}

function sentenceOf(status: UsedCall['status'], others: number): string {
  if (status === 'knocking') return 'A host has been asked to let you in…'
  if (status === 'joining') return 'Joining…'
  return others === 0 ? 'Nobody else is here yet.' : `${others + 1} people are here.`
}
