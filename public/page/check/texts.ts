import type { Finding } from '../network/verdict.js'
import type { Language } from '../texts.js'

/** What is looked at. */
export type CheckName = 'camera' | 'mic' | 'service' | 'stun' | 'turn' | 'turn-udp' | 'turn-tcp' | 'turn-tls'

/** Every text of the page that checks, in one language. */
export interface CheckTexts {
  readonly title: string
  readonly intro: string
  readonly start: string
  readonly again: string
  readonly toLobby: string
  readonly checking: string
  readonly allWell: string
  readonly someUnsure: string
  readonly someFailed: string
  readonly inMs: (ms: number) => string
  readonly names: Readonly<Record<CheckName, string>>
  /** What was found; `works` is said by the mark alone. */
  readonly findings: Readonly<Record<Finding, string>>
}

const en: CheckTexts = {
  title: 'Check this device',
  intro: 'Whether calls will work from here: camera, microphone, and the ways through your network. Nobody is called.',
  start: 'Start',
  again: 'Check again',
  toLobby: 'To the call page',
  checking: 'Checking…',
  allWell: 'Everything works. You can join a call.',
  someUnsure: 'Calls should work. What is in doubt is said below.',
  someFailed: 'Something does not work. What to do is said below.',
  inMs: (ms) => `${ms} ms`,
  names: {
    camera: 'Camera',
    mic: 'Microphone',
    service: 'Connection to the server',
    stun: 'Public address (STUN)',
    turn: 'Relay (TURN)',
    'turn-udp': 'Relay over UDP (TURN)',
    'turn-tcp': 'Relay over TCP (TURN)',
    'turn-tls': 'Relay over TLS (TURN)',
  },
  findings: {
    works: 'Works.',
    insecure: 'This page is not secure, so the browser gives nothing. Open it with https.',
    unsupported: 'This browser cannot make calls. Use a current Firefox, Chrome, Edge or Safari.',
    denied: 'It is blocked. Click the icon left of the address bar and allow it, then check again.',
    'in-use': 'It could not be started. Close other apps that use it, then check again.',
    'not-found': 'None was found. Plug one in, or join without it.',
    'silent-service':
      'The server does not answer. Check your network; a proxy in between may not let WebSockets through.',
    'no-invitation':
      'It works, but only with an invitation will it say which relays there are. Open this page by your invitation link.',
    'invitation-refused': 'It works, but does not accept the invitation. Ask for a new one.',
    'not-configured': 'There is none on this server. In strict networks calls may fail: ask the operator for TURN.',
    'stun-silent': 'No public address was found. Without a relay, people in other networks may not reach you.',
    'turn-unreachable':
      'The relay cannot be reached this way: your network may block it. One way that works is enough.',
    'turn-refused':
      'The relay does not accept the password from the server. Tell the operator: `signalbox check` says why.',
    'turn-passes-nothing':
      'The relay takes you in but passes nothing on. Tell the operator: its ports for media may be closed.',
  },
}

const zhCN: CheckTexts = {
  title: '检查此设备',
  intro: '检查能否从这里通话：摄像头、麦克风以及网络通路。不会呼叫任何人。',
  start: '开始',
  again: '重新检查',
  toLobby: '前往通话页面',
  checking: '正在检查…',
  allWell: '一切正常，可以加入通话。',
  someUnsure: '应该可以通话，存疑之处见下方说明。',
  someFailed: '有项目无法正常工作，处理办法见下方说明。',
  inMs: (ms) => `${ms} 毫秒`,
  names: {
    camera: '摄像头',
    mic: '麦克风',
    service: '与服务器的连接',
    stun: '公网地址（STUN）',
    turn: '中继（TURN）',
    'turn-udp': '经 UDP 中继（TURN）',
    'turn-tcp': '经 TCP 中继（TURN）',
    'turn-tls': '经 TLS 中继（TURN）',
  },
  findings: {
    works: '正常。',
    insecure: '此页面不安全，浏览器不提供设备。请通过 https 打开。',
    unsupported: '此浏览器不支持通话，请使用新版 Firefox、Chrome、Edge 或 Safari。',
    denied: '权限已被阻止。请点击地址栏左侧图标，允许使用后重新检查。',
    'in-use': '无法启动。请关闭正在使用它的其他应用后重新检查。',
    'not-found': '没有找到。请接上设备，或不用它直接加入。',
    'silent-service': '服务器没有响应。请检查网络；中间的代理可能不允许 WebSocket。',
    'no-invitation': '连接正常，但只有持邀请才能得知有哪些中继服务器。请通过邀请链接打开此页面。',
    'invitation-refused': '连接正常，但服务器不接受此邀请，请索取新的邀请。',
    'not-configured': '此服务器没有配置。在限制严格的网络中可能无法通话：请联系管理员启用 TURN。',
    'stun-silent': '没有得到公网地址。若无中继，其他网络中的人可能无法与你连通。',
    'turn-unreachable': '无法以这种方式连到中继服务器，可能被网络拦截。有一种方式可用即可。',
    'turn-refused': '中继服务器不接受由服务器给出的密码。请告知管理员运行 `signalbox check` 查明原因。',
    'turn-passes-nothing': '中继服务器接受了你，但不转发数据。请告知管理员：媒体端口可能未开放。',
  },
}

export const checkTexts: Readonly<Record<Language, CheckTexts>> = { en, 'zh-CN': zhCN }
