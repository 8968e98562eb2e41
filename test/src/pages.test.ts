import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import Fastify, { type FastifyInstance } from 'fastify'
import t from 'tap'
import { ConfigError, readConfig } from '../../src/config.js'
import { signalbox } from '../../src/index.js'
import { startService } from '../helper.js'
import { fileOf, filesOf } from '../page-files.js'

const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>'

t.test('a browser keeps what changes its name, and asks again for what does not', async (t) => {
  const { app } = await startService(t, {
    brandColor: '#2b4c9b',
    brandLogo: join(t.testdir({ 'logo.svg': svg }), 'logo.svg'),
  })
  const immutable = 'public, max-age=31536000, immutable'
  const assets = (await filesOf(app)).filter((address) => address.startsWith('/assets/'))
  t.match(
    assets.map((address) => address.replace(/-[\w-]+\./, '.')),
    ['/assets/styles.css', '/assets/brand.css', '/assets/logo.svg', '/assets/page.js', '/assets/logo.svg'],
  )
  for (const url of assets) t.equal((await app.inject(url)).headers['cache-control'], immutable, url)
  for (const url of ['/', '/check', '/manifest.webmanifest', '/sdk/index.js', '/sdk/call.js']) {
    const { headers } = await app.inject(url)
    t.equal(headers['cache-control'], 'no-cache', url)
    t.ok(headers.etag, url)
  }
})

t.test('whatever is text comes compressed to who takes that, and is the same', async (t) => {
  const { app } = await startService(t, { brandColor: '#2b4c9b' })
  for (const url of [
    '/',
    '/check',
    '/manifest.webmanifest',
    ...(await filesOf(app)),
    '/sdk/index.js',
    '/sdk/call.js',
  ]) {
    if (url.endsWith('.png')) continue
    const plain = await app.inject({ url, headers: { 'accept-encoding': 'identity' } })
    t.equal(plain.headers['content-encoding'], undefined, url)
    t.match(plain.headers.vary, /accept-encoding/i, url)
    for (const [accepted, encoding, open] of [
      ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
      ['gzip, deflate', 'gzip', gunzipSync],
      ['gzip;q=0.5, br;q=0', 'gzip', gunzipSync],
    ] as const) {
      const { headers, rawPayload } = await app.inject({ url, headers: { 'accept-encoding': accepted } })
      t.match(
        headers,
        { 'content-encoding': encoding, 'content-type': plain.headers['content-type'] },
        `${url} ${accepted}`,
      )
      t.ok(open(rawPayload).equals(plain.rawPayload), url)
      if (plain.rawPayload.length > 400) t.ok(rawPayload.length < plain.rawPayload.length * 0.8, url)
    }
    t.equal((await app.inject({ url, method: 'HEAD' })).statusCode, 200, url)
  }
})

t.test('twice in one app, each with its own name, colour and files', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(signalbox, { prefix: '/one', brandName: 'One', brandColor: '#7a1f5c' })
  await app.register(signalbox, { prefix: '/two', brandName: 'Two' })
  for (const [prefix, name] of [
    ['/one', 'One'],
    ['/two', 'Two'],
  ] as const) {
    const { body } = await app.inject(`${prefix}/`)
    t.match(body, `<title>${name}</title>`)
    t.match((await app.inject(`${prefix}/check`)).body, `<title>Check this device · ${name}</title>`)
    t.match(await manifestOf(app, prefix), { name, short_name: name, start_url: './', scope: './' })
    for (const url of await filesOf(app, `${prefix}/`)) t.equal((await app.inject(url)).statusCode, 200, url)
  }
  t.match((await app.inject(await fileOf(app, 'brand-', '/one/'))).body, ':root{--accent:#7a1f5c;')
  await t.rejects(fileOf(app, 'brand-', '/two/'), 'no colour, no request')
  t.match((await app.inject('/one/favicon.svg')).body, 'fill="#7a1f5c"')
  t.match((await app.inject('/two/favicon.svg')).body, 'fill="#0b6b4f"')
})

t.test('the icons of the manifest are there, in the sizes that it says', async (t) => {
  const { app } = await startService(t, { brandColor: '#7a1f5c' })
  const { icons, theme_color } = await manifestOf(app, '')
  t.equal(theme_color, '#7a1f5c')
  t.strictSame(
    icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`),
    ['any any', '192x192 any', '512x512 any', '192x192 maskable', '512x512 maskable'],
  )
  for (const { src, sizes, type } of icons) {
    const { headers, rawPayload } = await app.inject(new URL(src, 'http://localhost/').pathname)
    t.match(headers['content-type'], type)
    if (type === 'image/png') t.equal(`${rawPayload.readUInt32BE(16)}x${rawPayload.readUInt32BE(20)}`, sizes)
  }
})

t.test('a name is text wherever it stands', async (t) => {
  const brandName = '<img src=x onerror=x()> "&\' $& \u2028'
  const { app } = await startService(t, { brandName })
  for (const url of ['/', '/check']) {
    const { body } = await app.inject(url)
    t.notMatch(body, '<img')
    t.match(body, `data-brand="&#60;img src=x onerror=x()&#62; &#34;&#38;&#39; $&#38;`)
    t.notMatch(body, '%brand%')
  }
  t.equal((await manifestOf(app, '')).name, brandName.trim())
})

t.test('what cannot be a name, a colour or a logo stops the start with a sentence', async (t) => {
  t.match(readConfig({ SIGNALBOX_BRAND_NAME: ' Söhne & Töchter ', SIGNALBOX_BRAND_COLOR: '#A0b1C2' }), {
    brandName: 'Söhne & Töchter',
    brandColor: '#A0b1C2',
  })
  for (const [name, value, message] of [
    ['SIGNALBOX_BRAND_NAME', 'x'.repeat(41), /must be a name in one line, of up to 40 characters, not "x/],
    ['SIGNALBOX_BRAND_NAME', 'a\nb', /must be a name in one line/],
    ['SIGNALBOX_BRAND_COLOR', 'red', /must be a color such as #0b6b4f, not "red"\.$/],
    ['SIGNALBOX_BRAND_COLOR', '#12345;', /must be a color/],
  ] as const)
    t.throws(() => readConfig({ [name]: value }), { name: ConfigError.name, message })
  for (const options of [{ brandName: ' ' }, { brandColor: '#123' }, { brandLogo: '/nowhere/logo.svg' }]) {
    const app = Fastify()
    t.teardown(() => app.close())
    app.register(signalbox, options)
    await t.rejects(async () => app.ready(), { message: new RegExp(Object.keys(options)[0] ?? '') })
  }
})

interface Manifest {
  readonly name: string
  readonly theme_color: string
  readonly icons: readonly {
    readonly src: string
    readonly sizes: string
    readonly type: string
    readonly purpose: string
  }[]
}

async function manifestOf(app: FastifyInstance, prefix: string): Promise<Manifest> {
  const reply = await app.inject(`${prefix}/manifest.webmanifest`)
  return reply.json<Manifest>()
}
