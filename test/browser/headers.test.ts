import Fastify from 'fastify'
import t, { type Test } from 'tap'
import { permissionsPolicy } from '../../plugins/page-policy.js'
import { listen, startService, urlOf } from '../helper.js'
import { type BrowserName, openBrowser, Person } from './browsers.js'

declare global {
  /** What somebody's script would set if it ran. */
  var isBroken: boolean | undefined
}

/** What somebody's own place on the Web has, and how often it was asked for. */
async function startElsewhere(t: Test): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = []
  const app = Fastify({ forceCloseConnections: true })
  app.addHook('onRequest', async (request) => {
    asked.push(request.url)
  })
  app.get('/script.js', (_request, reply) => reply.type('text/javascript').send('globalThis.isBroken = true'))
  app.get('/style.css', (_request, reply) => reply.type('text/css').send('body { display: none }'))
  app.get('/picture.svg', (_request, reply) =>
    reply.type('image/svg+xml').send('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'),
  )
  app.get<{ Querystring: { page: string } }>('/frame', ({ query }, reply) =>
    reply.type('text/html').send(`<!doctype html><title>frame</title><iframe src="${query.page}"></iframe>`),
  )
  app.get('/blank', (_request, reply) => reply.type('text/html').send('<!doctype html><title>elsewhere</title>'))
  await listen(t, app)
  return { url: urlOf(app).replace('ws', 'http'), asked }
}

for (const name of ['chromium', 'firefox'] satisfies BrowserName[]) {
  t.test(`two call each other under the headers, and ${name} has nothing to complain of`, async (t) => {
    const browser = await openBrowser(name)
    const { app, url } = await startService(t)
    t.match((await app.inject('/')).headers, { 'content-security-policy': /require-trusted-types-for/ })
    const [ada, bo] = [await openListening(t, name, url), await openListening(t, name, url)]
    await ada.person.join('1001', 'Ada')
    await bo.person.join('1001', 'Bo')
    await ada.person.state('connected')
    await bo.person.seesAndHears()
    const check = await Person.open(t, browser, `${url}/check`)
    await check.page.click('#start')
    await check.page.waitForSelector('html:not([data-state="idle"])')
    t.strictSame([...ada.said, ...bo.said], [])
    t.strictSame(check.complaints, [])
  })

  t.test(`what somebody smuggles into the page does nothing in ${name}`, async (t) => {
    const browser = await openBrowser(name)
    const { url } = await startService(t)
    const elsewhere = await startElsewhere(t)
    const { page } = await Person.open(t, browser, url)

    /** What it is, the directive that it is reported against, and how it is done. */
    const attempts: readonly (readonly [string, string, (elsewhere: string) => unknown])[] = [
      [
        'a script written into it',
        'require-trusted-types-for',
        () => {
          const script = document.createElement('script')
          script.append('globalThis.isBroken = true')
          document.head.append(script)
        },
      ],
      [
        'a script from another origin',
        'require-trusted-types-for',
        (elsewhere) => {
          document.head.append(Object.assign(document.createElement('script'), { src: `${elsewhere}/script.js` }))
        },
      ],
      [
        'a module from another origin',
        'script-src-elem',
        (elsewhere) => import(`${elsewhere}/script.js`).catch(() => {}),
      ],
      [
        'what is made into HTML',
        'require-trusted-types-for',
        () => {
          document.body.innerHTML = '<img src="x" onerror="globalThis.isBroken = true">'
        },
      ],
      ['eval', 'require-trusted-types-for', () => globalThis.setTimeout('globalThis.isBroken = true', 0)],
      [
        'a handler in an attribute',
        'require-trusted-types-for',
        () => document.body.setAttribute('onclick', 'globalThis.isBroken = true'),
      ],
      [
        'a policy that lets everything through',
        'trusted-types',
        () => {
          const types: unknown = Reflect.get(globalThis, 'trustedTypes')
          const create: unknown = Reflect.get(Object(types), 'createPolicy')
          if (typeof create === 'function') create.call(types, 'default', { createHTML: (text: string) => text })
        },
      ],
      [
        'a style from another origin',
        'style-src-elem',
        (elsewhere) => {
          const link = Object.assign(document.createElement('link'), {
            rel: 'stylesheet',
            href: `${elsewhere}/style.css`,
          })
          document.head.append(link)
        },
      ],
      ['a style in an attribute', 'style-src-attr', () => document.body.setAttribute('style', 'display: none')],
      [
        'a picture from another origin, which could carry a secret away',
        'img-src',
        (elsewhere) => {
          document.body.append(Object.assign(new Image(), { src: `${elsewhere}/picture.svg?secret` }))
        },
      ],
      ['a request to another origin', 'connect-src', (elsewhere) => fetch(`${elsewhere}/blank`).catch(() => {})],
      [
        'a WebSocket to another origin',
        'connect-src',
        (elsewhere) => {
          try {
            new WebSocket(elsewhere.replace('http', 'ws'))
          } catch {
            // Some browsers throw.
          }
        },
      ],
      [
        'a form that posts away',
        'form-action',
        (elsewhere) => {
          const form = Object.assign(document.createElement('form'), { method: 'post', action: `${elsewhere}/form` })
          document.body.append(form)
          form.submit()
        },
      ],
      [
        'another base for its addresses',
        'base-uri',
        (elsewhere) => {
          document.head.append(Object.assign(document.createElement('base'), { href: `${elsewhere}/` }))
        },
      ],
      [
        'a frame in it',
        'frame-src',
        (elsewhere) => {
          document.body.append(Object.assign(document.createElement('iframe'), { src: `${elsewhere}/blank` }))
        },
      ],
    ]
    for (const [what, directive, attempt] of attempts) {
      const reported = page.evaluate(
        () =>
          new Promise<string>((resolve) => {
            setTimeout(() => resolve('nothing'), 2000)
            document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), {
              once: true,
            })
          }),
      )
      await page.evaluate(attempt, elsewhere.url).catch(() => {})
      t.equal(await reported, directive, what)
    }
    t.equal(await page.evaluate(() => globalThis.isBroken), undefined)
    t.equal(await page.evaluate(() => document.baseURI), `${url.replace('ws', 'http')}/`)
    t.strictSame(elsewhere.asked, [], 'nobody else was asked for anything')
  })

  t.test(`another page cannot show the page in a frame in ${name}, unless it may`, async (t) => {
    const browser = await openBrowser(name)
    const elsewhere = await startElsewhere(t)
    for (const isAllowed of [false, true]) {
      const { url } = await startService(t, isAllowed ? { frameAncestors: [elsewhere.url] } : {})
      const page = `${url.replace('ws', 'http')}/`
      const { page: outer } = await Person.open(t, browser, `${elsewhere.url}/frame?page=${encodeURIComponent(page)}`)
      const inner = outer.frames()[1]
      t.equal(
        (await inner
          ?.locator('#join')
          .count()
          .catch(() => 0)) === 1,
        isAllowed,
        `allowed: ${isAllowed}`,
      )
    }
  })

  t.test(`a page of somebody else cannot open a socket in ${name}`, async (t) => {
    const browser = await openBrowser(name)
    const elsewhere = await startElsewhere(t)
    for (const isAllowed of [false, true]) {
      const { url } = await startService(t, isAllowed ? { allowedOrigins: [elsewhere.url] } : {})
      const { page } = await Person.open(t, browser, `${elsewhere.url}/blank`)
      const opened = await page.evaluate(async (url) => {
        const sdk: typeof import('../../public/sdk/index.js') = await import(
          `${url.replace('ws', 'http')}/sdk/index.js`
        )
        const socket = new WebSocket(`${url}/ws`)
        const isOpen = await new Promise<boolean>((resolve) => {
          socket.onopen = () => resolve(true)
          socket.onerror = () => resolve(false)
        })
        socket.close()
        return [typeof sdk.join, isOpen]
      }, url)
      t.strictSame(opened, ['function', isAllowed])
    }
  })
}

t.test('what the page does not need of the browser it cannot have', async (t) => {
  const { url } = await startService(t)
  const { page } = await Person.open(t, await openBrowser('chromium'), url, { permissions: ['geolocation'] })
  const answer = await page.evaluate(
    () =>
      new Promise<string>((resolve) =>
        navigator.geolocation.getCurrentPosition(
          () => resolve('where'),
          ({ message }) => resolve(message),
        ),
      ),
  )
  t.match(answer, /permissions policy/i)
  const allowed = await page.evaluate(() => {
    const policy: unknown = Reflect.get(document, 'featurePolicy')
    const ask: unknown = Reflect.get(Object(policy), 'allowedFeatures')
    const features: string[] = typeof ask === 'function' ? ask.call(policy) : []
    return features
  })
  for (const [, feature = '', who] of permissionsPolicy.matchAll(/([a-z-]+)=\((self)?\)/g))
    t.equal(allowed.includes(feature), who === 'self', feature)
})

/** Somebody whose browser's every word on the console is kept, warnings, too. */
async function openListening(t: Test, name: BrowserName, url: string): Promise<{ person: Person; said: string[] }> {
  const said: string[] = []
  const person = await Person.open(t, await openBrowser(name), 'about:blank', { serviceWorkers: 'allow' })
  person.page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`))
  person.page.on('pageerror', (error) => said.push(error.message))
  await person.page.goto(url.replace('ws', 'http'))
  return { person, said }
}
