import type { Sentence, Shape } from './shape.js'

/** At whose end it is, and what it is. */
export type QualityCause =
  | 'relay'
  | `${'self' | 'peer' | 'unknown'}-${'sending' | 'receiving' | 'delay' | 'frozen' | 'silent' | 'cpu'}`

/** Every cause has words. */
interface QualityTexts extends Shape {
  readonly qualityCauses: Readonly<Record<QualityCause, Sentence>>
}

const en = {
  qualityLevels: {
    0: 'Hardly any connection.',
    1: 'Very weak connection.',
    2: 'Weak connection.',
    3: 'Good connection.',
    4: 'Very good connection.',
  },
  qualityCauses: {
    relay: () => 'It takes a detour through a relay.',
    'self-sending': () => 'Your upload is limited: part of what you send gets lost.',
    'self-receiving': () => 'Your download is limited: part of what the others send gets lost.',
    'self-delay': () => 'Your network is slow: everything takes long.',
    'self-frozen': () => 'The pictures stand still: your network or your device is too slow.',
    'self-silent': () => 'Nothing arrives from anybody: it is your network.',
    'self-cpu': () => 'Your device is too busy to send a better picture.',
    'peer-sending': (name) =>
      name
        ? `${name}'s download is limited: part of what you send gets lost.`
        : 'The other download is limited: part of what you send gets lost.',
    'peer-receiving': (name) =>
      name
        ? `${name}'s upload is limited: part of it gets lost.`
        : 'The upload at the other end is limited: part of it gets lost.',
    'peer-delay': (name) =>
      name ? `${name}'s network is slow, or far away.` : 'The network at the other end is slow, or far away.',
    'peer-frozen': (name) =>
      name
        ? `The picture stands still: ${name}'s network or device is too slow.`
        : 'The picture stands still: the network or the device at the other end is too slow.',
    'peer-silent': (name) =>
      name ? `Nothing arrives from ${name}: it is the network there.` : 'Nothing arrives: it is the network there.',
    'peer-cpu': (name) =>
      name
        ? `${name}'s device is too busy to send a better picture.`
        : 'The other device is too busy to send a better picture.',
    'unknown-sending': (name) =>
      name ? `Part of what you send to ${name} gets lost on the way.` : 'Part of what you send gets lost on the way.',
    'unknown-receiving': (name) =>
      name ? `Part of what ${name} sends gets lost on the way.` : 'Part of what is sent to you gets lost on the way.',
    'unknown-delay': (name) => (name ? `Everything takes long between you and ${name}.` : 'Everything takes long.'),
    'unknown-frozen': (name) => (name ? `The picture of ${name} stands still.` : 'The picture stands still.'),
    'unknown-silent': (name) => (name ? `Nothing arrives from ${name}.` : 'Nothing arrives.'),
    'unknown-cpu': () => 'A device is too busy to send a better picture.',
  },
} satisfies QualityTexts

const zhCN: typeof en = {
  qualityLevels: {
    0: '几乎没有连接。',
    1: '连接很差。',
    2: '连接较差。',
    3: '连接良好。',
    4: '连接很好。',
  },
  qualityCauses: {
    relay: () => '连接经由中继服务器。',
    'self-sending': () => '你的上行网络受限，发送的内容有一部分丢失。',
    'self-receiving': () => '你的下行网络受限，对方发来的内容有一部分丢失。',
    'self-delay': () => '你的网络较慢，延迟过高。',
    'self-frozen': () => '画面卡住了：你的网络或设备太慢。',
    'self-silent': () => '收不到任何人的数据：问题在你的网络。',
    'self-cpu': () => '你的设备负荷过高，无法发送更好的画面。',
    'peer-sending': (name) =>
      name ? `${name} 的下行网络受限，你发送的内容有一部分丢失。` : '对方的下行网络受限，你发送的内容有一部分丢失。',
    'peer-receiving': (name) =>
      name ? `${name} 的上行网络受限，有一部分内容丢失。` : '对方的上行网络受限，有一部分内容丢失。',
    'peer-delay': (name) => (name ? `${name} 的网络较慢，或距离较远。` : '对方的网络较慢，或距离较远。'),
    'peer-frozen': (name) => (name ? `画面卡住了：${name} 的网络或设备太慢。` : '画面卡住了：对方的网络或设备太慢。'),
    'peer-silent': (name) => (name ? `收不到 ${name} 的数据：问题在对方的网络。` : '收不到数据：问题在对方的网络。'),
    'peer-cpu': (name) =>
      name ? `${name} 的设备负荷过高，无法发送更好的画面。` : '对方的设备负荷过高，无法发送更好的画面。',
    'unknown-sending': (name) =>
      name ? `你发给 ${name} 的内容有一部分在途中丢失。` : '你发送的内容有一部分在途中丢失。',
    'unknown-receiving': (name) =>
      name ? `${name} 发来的内容有一部分在途中丢失。` : '发给你的内容有一部分在途中丢失。',
    'unknown-delay': (name) => (name ? `你与 ${name} 之间延迟过高。` : '延迟过高。'),
    'unknown-frozen': (name) => (name ? `${name} 的画面卡住了。` : '画面卡住了。'),
    'unknown-silent': (name) => (name ? `收不到 ${name} 的数据。` : '收不到任何数据。'),
    'unknown-cpu': () => '有设备负荷过高，无法发送更好的画面。',
  },
}

/** How good a connection is, at whose end it is not better, and why. */
export const qualityTexts = { en, 'zh-CN': zhCN }
