import { type FormEvent, useState } from 'react'

export function Lobby({ onJoin }: { readonly onJoin: (room: string, name: string) => void }) {
  const [room, setRoom] = useState('')
  const [name, setName] = useState('')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    onJoin(room, name.trim())
  }
  return (
    <form onSubmit={submit}>
      <label>
        Room <input name="room" required maxLength={64} value={room} onChange={({ target }) => setRoom(target.value)} />
      </label>{' '}
      <label>
        Your name <input name="name" maxLength={64} value={name} onChange={({ target }) => setName(target.value)} />
      </label>{' '}
      <button type="submit">Join</button>
    </form>
  )
}
