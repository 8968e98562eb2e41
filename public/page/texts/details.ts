import type { Measure } from '../figures.js'
import type { Shape } from './shape.js'

/** Each measure has a name, with its unit. */
interface DetailsTexts extends Shape {
  readonly measures: Readonly<Record<Measure, string>>
}

const en = {
  details: 'Connection details',
  nobodyElse: 'Nobody else is here yet.',
  somebodyElse: 'The other person',
  measures: {
    downKbps: 'Received, kbit/s',
    upKbps: 'Sent, kbit/s',
    lossPercent: 'Loss, %',
    rttMs: 'Round trip, ms',
    jitterMs: 'Jitter, ms',
  },
  figuresOf: (name) => (name ? `The connection to ${name} in numbers` : 'The connection in numbers'),
  measure: 'Measure',
  lastMinutes: 'Last 2 minutes',
  now: 'Now',
  worst: 'Worst',
  average: 'Average',
  score: 'Quality',
  way: 'Way',
  direct: 'Direct',
  relayed: 'Over a relay',
  received: {
    mic: 'Sound received',
    camera: 'Picture received',
    screen: 'Screen received',
    'screen-audio': 'Screen sound received',
  },
  sent: {
    mic: 'Sound sent',
    camera: 'Picture sent',
    screen: 'Screen sent',
    'screen-audio': 'Screen sound sent',
  },
  unmeasured: 'Nothing has been measured yet.',
  pauseDetails: 'Pause',
  copyReport: 'Copy as report',
  reportCopied: 'The report is copied. It names neither the room nor anybody.',
  reportRefused: 'The browser did not allow copying. The report is selected: copy it with your keyboard or the menu.',
  report: 'Report',
} satisfies DetailsTexts

const zhCN: typeof en = {
  details: '连接详情',
  nobodyElse: '通话中还没有其他人。',
  somebodyElse: '对方',
  measures: {
    downKbps: '接收，kbit/s',
    upKbps: '发送，kbit/s',
    lossPercent: '丢包，%',
    rttMs: '往返时延，ms',
    jitterMs: '抖动，ms',
  },
  figuresOf: (name) => (name ? `与 ${name} 的连接数据` : '连接数据'),
  measure: '指标',
  lastMinutes: '最近 2 分钟',
  now: '当前',
  worst: '最差',
  average: '平均',
  score: '质量',
  way: '路径',
  direct: '直连',
  relayed: '经由中继',
  received: {
    mic: '接收的声音',
    camera: '接收的画面',
    screen: '接收的屏幕',
    'screen-audio': '接收的屏幕声音',
  },
  sent: {
    mic: '发送的声音',
    camera: '发送的画面',
    screen: '发送的屏幕',
    'screen-audio': '发送的屏幕声音',
  },
  unmeasured: '尚无测量数据。',
  pauseDetails: '暂停',
  copyReport: '复制报告',
  reportCopied: '报告已复制，其中不含房间和任何人的名字。',
  reportRefused: '浏览器不允许自动复制。报告已选中，请用键盘或菜单复制。',
  report: '报告',
}

/** How a connection is, in numbers. */
export const detailsTexts = { en, 'zh-CN': zhCN }
