import type { Shape } from './shape.js'

const en = {
  conditions: {
    connecting: 'Connecting…',
    unstable: 'Unstable',
    reconnecting: 'Reconnecting…',
    failed: "Can't be reached",
  },
  connecting: (name) => (name ? `Connecting to ${name}…` : 'Connecting to the other person…'),
  connectingSeveral: 'Connecting…',
  connected: (name) => (name ? `You are connected to ${name}.` : 'You are connected.'),
  unstable: (name) => (name ? `The connection to ${name} is unstable.` : 'The connection is unstable.'),
  failed: (name) =>
    name
      ? `Can't reach ${name} directly. Try another network, or ask your admin to enable TURN.`
      : "Can't reach the other person directly. Try another network, or ask your admin to enable TURN.",
  brokenOff: (name) =>
    name
      ? `The connection to ${name} is broken off. It is being tried again.`
      : 'The connection to the other person is broken off. It is being tried again.',
  failedSeveral: "Can't reach some of the others directly. It is being tried again.",
  reconnecting: 'Reconnecting to the server. Your call continues.',
  reconnectingAlone: 'Reconnecting to the server…',
} satisfies Shape

const zhCN: typeof en = {
  conditions: {
    connecting: '正在连接…',
    unstable: '连接不稳定',
    reconnecting: '正在重连…',
    failed: '无法连接',
  },
  connecting: (name) => (name ? `正在连接 ${name}…` : '正在连接对方…'),
  connectingSeveral: '正在连接…',
  connected: (name) => (name ? `已与 ${name} 接通。` : '已接通。'),
  unstable: (name) => (name ? `与 ${name} 的连接不稳定。` : '连接不稳定。'),
  failed: (name) =>
    name
      ? `无法直连 ${name}，请换个网络试试，或联系管理员启用 TURN。`
      : '无法直连对方，请换个网络试试，或联系管理员启用 TURN。',
  brokenOff: (name) => (name ? `与 ${name} 的连接已中断，正在自动重试。` : '与对方的连接已中断，正在自动重试。'),
  failedSeveral: '无法直连部分成员，正在自动重试。',
  reconnecting: '正在重连服务器，通话不受影响。',
  reconnectingAlone: '正在重连服务器…',
}

/** How the connections are. */
export const connectionTexts = { en, 'zh-CN': zhCN }
