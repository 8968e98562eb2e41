import type { Shape } from './shape.js'

const en = {
  newRoom: 'New room',
  language: 'Language',
  lobbyTitle: 'Start or join a call',
  lobbyIntro: 'Everyone who enters the same room meets there. Nothing to install, no account.',
  room: 'Room',
  roomPlaceholder: '1001',
  name: 'Your name',
  nameOptional: 'optional',
  join: 'Join call',
  joining: 'Joining…',
  tryAgain: 'Try again',
  knocking: 'A host has been asked to let you in. Please wait…',
  stopWaiting: 'Stop waiting',
  noPlace: 'The room is full: nobody else can come in.',
} satisfies Shape

const zhCN: typeof en = {
  newRoom: '新建房间',
  language: '语言',
  lobbyTitle: '发起或加入通话',
  lobbyIntro: '进入同一个房间即可见面，无需安装，无需注册。',
  room: '房间',
  roomPlaceholder: '1001',
  name: '你的名字',
  nameOptional: '选填',
  join: '加入通话',
  joining: '正在加入…',
  tryAgain: '重试',
  knocking: '已请主持人允许你加入，请稍候…',
  stopWaiting: '不再等待',
  noPlace: '房间已满，无法再允许任何人加入。',
}

/** Before a call: the room, and why one does not get in. */
export const lobbyTexts = { en, 'zh-CN': zhCN }
