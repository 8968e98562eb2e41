/** Names the page, in its tab and in lists of windows: what it is about, and whose it is. */
export function setTitle(subject = ''): void {
  // As the service is called here; the server has written it.
  const brand = document.documentElement.dataset['brand'] ?? ''
  document.title = subject === '' ? brand : `${subject} · ${brand}`
}
