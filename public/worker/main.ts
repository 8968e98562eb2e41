/**
 * The service worker of the pages (W3C Service Workers): it shows that one is offline, and nothing else. Pages always come from the
 * network, so that nobody gets an old one; what it does not know it does not touch, so WebSockets, probes and an app beside the
 * pages are as without it.
 *
 * @module
 */

// `self` has the type of every worker.
declare const self: ServiceWorkerGlobalScope

/** The offline page and what it needs, relative to the call page; the service writes them in, and the version, when it starts. */
const [offlinePage = '', ...files] = '%files%'.split(' ')
const version = '%version%'

const { scope } = self.registration
/** Another service on the same host has its own. */
const ownCaches = `signalbox ${scope} `
const cacheName = `${ownCaches}${version}`
const pages = ['', 'check'].map((address) => new URL(address, scope).href)
const kept = new Set(files.map((file) => new URL(file, scope).href))

self.addEventListener('install', (event) => event.waitUntil(install()))
self.addEventListener('activate', (event) => event.waitUntil(dropOldCaches()))
self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET') return
  const [address = ''] = request.url.split(/[?#]/, 1)
  if (request.mode === 'navigate' && pages.includes(address)) event.respondWith(page(request))
  // Its name changes with its content, so it cannot be an old one.
  else if (kept.has(request.url)) event.respondWith(file(request))
})

async function install(): Promise<void> {
  const cache = await caches.open(cacheName)
  await cache.addAll([offlinePage, ...files].map((file) => new Request(new URL(file, scope), { cache: 'reload' })))
  // Whichever page is open goes on as it is: nothing of it comes from here.
  await self.skipWaiting()
}

async function dropOldCaches(): Promise<void> {
  const names = await caches.keys()
  const old = names.filter((name) => name.startsWith(ownCaches) && name !== cacheName)
  await Promise.all(old.map((name) => caches.delete(name)))
}

async function page(request: Request): Promise<Response> {
  try {
    return await fetch(request)
  } catch (error) {
    const offline = await find(new URL(offlinePage, scope).href)
    if (offline === undefined) throw error
    return offline
  }
}

async function file(request: Request): Promise<Response> {
  return (await find(request.url)) ?? fetch(request)
}

async function find(address: string): Promise<Response | undefined> {
  // What it was compressed with does not matter any more.
  return caches.match(address, { cacheName, ignoreVary: true })
}
