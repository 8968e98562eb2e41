import t from 'tap'
import { askableUrlsOf, relaysOf, stunUrlsOf } from '../../public/page/network/ice-ways.js'
import { choosable, outputToUse } from '../../public/page/output-choice.js'
import {
  type BrowserKind,
  browserKindOf,
  refusalOf,
  type SystemKind,
  systemKindOf,
} from '../../public/page/permission-help.js'

t.test('a browser is known by what it says of itself, as far as that decides what is advised', async (t) => {
  const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)'
  const windows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)'
  const android = 'Mozilla/5.0 (Linux; Android 10; K)'
  const iphone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X)'
  const webkit = 'AppleWebKit/605.1.15 (KHTML, like Gecko)'
  const blink = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0'
  const chromium = { brand: 'Chromium' }
  const seen: readonly (readonly [string, BrowserKind, SystemKind, number, { brand: string }[]?])[] = [
    [`${windows} ${blink} Safari/537.36`, 'chrome', 'windows', 10, [chromium, { brand: 'Google Chrome' }]],
    [`${windows} ${blink} Safari/537.36 Edg/140.0.0.0`, 'edge', 'windows', 0, [chromium, { brand: 'Microsoft Edge' }]],
    [`${windows} ${blink} Safari/537.36 Edg/140.0.0.0`, 'edge', 'windows', 0],
    [`${mac} ${blink} Safari/537.36`, 'chrome', 'macos', 0],
    [`${mac} ${webkit} Version/18.5 Safari/605.1.15`, 'safari', 'macos', 0],
    [`${mac} ${webkit} Version/18.5 Safari/605.1.15`, 'safari-ios', 'ios', 5],
    [`${iphone} ${webkit} Version/18.5 Mobile/15E148 Safari/604.1`, 'safari-ios', 'ios', 5],
    [`${iphone} ${webkit} CriOS/140.0 Mobile/15E148 Safari/604.1`, 'app-ios', 'ios', 5],
    [`${iphone} ${webkit} FxiOS/140.0 Mobile/15E148 Safari/605.1.15`, 'app-ios', 'ios', 5],
    [`${android} ${blink} Mobile Safari/537.36`, 'chrome-android', 'android', 5],
    [`Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0`, 'firefox-android', 'android', 5],
    [`Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0`, 'firefox', 'other', 0],
    [`Mozilla/5.0 (X11; Linux x86_64) ${webkit} Version/18.0 Safari/605.1.15`, 'other', 'other', 0],
    ['', 'other', 'other', 0],
  ]
  for (const [userAgent, browser, system, maxTouchPoints, brands] of seen) {
    const traits = { userAgent, maxTouchPoints, ...(brands && { userAgentData: { brands } }) }
    t.strictSame([browserKindOf(traits), systemKindOf(traits)], [browser, system], `${userAgent}, ${maxTouchPoints}`)
  }
})

t.test('who has refused a device is told by the message of the exception alone', async (t) => {
  for (const [message, refusal] of [
    ['Permission denied', 'site'],
    ['Permission denied by system', 'system'],
    ['Permission dismissed', 'dismissed'],
    ['The request is not allowed by the user agent or the platform in the current context.', 'site'],
  ] as const) {
    t.equal(refusalOf(new DOMException(message, 'NotAllowedError')), refusal, message)
  }
  t.equal(refusalOf(undefined), 'site')
})

t.test('a speaker that is chosen is used as long as it is there', async (t) => {
  const listed = ['default', 'communications', '', 'usb'].map((deviceId) => ({
    kind: 'audiooutput',
    deviceId,
    label: deviceId,
  }))
  const outputs = choosable([...listed, { kind: 'audioinput', deviceId: 'mic', label: 'mic' }])
  t.strictSame(
    outputs.map(({ deviceId }) => deviceId),
    ['usb'],
    'what the browser has for its default is no choice beside it',
  )
  t.equal(outputToUse('usb', outputs), 'usb')
  t.equal(outputToUse('gone', outputs), '')
  t.equal(outputToUse('', outputs), '')
})

t.test('whom to ask about the network is told by what the service gives', async (t) => {
  const password = { username: 'u', credential: 'c' }
  const servers: RTCIceServer[] = [
    { urls: 'stun:a.example' },
    { urls: ['turns:a.example:443?transport=tcp', 'turn:a.example?transport=tcp', 'turn:a.example:3478'], ...password },
    { urls: ['turn:b.example?transport=udp'], ...password },
  ]
  t.strictSame(stunUrlsOf(servers), ['stun:a.example'])
  t.strictSame(askableUrlsOf(servers), ['stun:a.example', 'stun:a.example:3478', 'stun:b.example'])
  t.strictSame(
    relaysOf(servers).map(({ way, server }) => [way, server.urls, server.username]),
    [
      ['turn-udp', 'turn:a.example:3478', 'u'],
      ['turn-udp', 'turn:b.example?transport=udp', 'u'],
      ['turn-tcp', 'turn:a.example?transport=tcp', 'u'],
      ['turn-tls', 'turns:a.example:443?transport=tcp', 'u'],
    ],
  )
  t.strictSame([askableUrlsOf([]), relaysOf([])], [[], []])
})
