const form = document.querySelector('#sign-in')
const rooms = document.querySelector('#rooms')

form.addEventListener('submit', async (event) => {
  event.preventDefault()
  const answer = await post('/sign-in', Object.fromEntries(new FormData(form)))
  const body = await answer.json()
  form.querySelector('[role=alert]').textContent = answer.ok ? '' : body.message
  if (answer.ok) show(body)
})
document.querySelector('#sign-out').addEventListener('click', async () => {
  await post('/sign-out', {})
  show(undefined)
})
const me = await fetch('/me')
show(me.ok ? await me.json() : undefined)

function post(address, body) {
  return fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
}

function show(person) {
  form.hidden = person !== undefined
  rooms.hidden = person === undefined
  if (person === undefined) return
  document.querySelector('#name').textContent = person.name
  rooms.querySelector('ul').replaceChildren(
    ...person.rooms.map((room) => {
      const link = document.createElement('a')
      link.href = `/calls/#room=${encodeURIComponent(room)}`
      link.textContent = room
      const item = document.createElement('li')
      item.append(link)
      return item
    }),
  )
}
