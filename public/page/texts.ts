import type { CallErrorCode } from '../sdk/index.js'

type Sentence = (name: string | undefined) => string

/** What can be wrong with camera and microphone, and what to do about it. */
type MediaHelp = Record<Extract<CallErrorCode, `media-${string}` | 'insecure-context' | 'unsupported'>, string>

interface Shape {
  readonly [key: string]: string | Sentence | MediaHelp
}

const en = {
  newRoom: 'New room',
  language: 'Language',
  lobbyTitle: 'Start or join a call',
  lobbyIntro: 'Everyone who enters the same room meets there. Nothing to install, no account.',
  room: 'Room',
  roomPlaceholder: '1001',
  roomMissing: 'Type a room, or make a new one.',
  name: 'Your name',
  nameOptional: 'optional',
  join: 'Join call',
  joining: 'Joining…',
  tryAgain: 'Try again',
  preview: 'Your camera',
  cameraIsBlocked: 'Your camera is blocked',
  cameraIsOff: 'Your camera is off',
  cameraStarting: 'Starting your camera…',
  microphone: 'Microphone',
  micShort: 'Mic',
  camera: 'Camera',
  devices: 'Choose camera and microphone',
  shortcuts: 'Keys M and V switch microphone and camera',
  browserDefault: 'Browser default',
  mediaHelp: {
    'media-denied':
      'Camera and microphone are blocked. Click the icon left of the address bar and allow them. You can also join without them.',
    'media-in-use':
      'Your camera or microphone could not be started. Close other apps that use it, or join without them.',
    'media-not-found': 'No camera or microphone was found. Plug one in, or join without them.',
    'insecure-context':
      'Camera and microphone need a secure (https) address. You can still join, to see and hear the others.',
    unsupported:
      'This browser gives no access to camera and microphone. You can still join, to see and hear the others.',
  },
  cameraDenied: 'Your camera is blocked. Click the icon left of the address bar and allow it, or join with sound only.',
  cameraInUse: 'Another app is using your camera. Close it, or join with sound only.',
  cameraNotFound: 'No camera was found. You can join with sound only.',
  micDenied: 'Your microphone is blocked. Click the icon left of the address bar and allow it.',
  micInUse: 'Your microphone could not be started. Close other apps that use it.',
  micNotFound: 'No microphone was found. The others will not hear you.',
  micStopped: 'Your microphone stopped. The others cannot hear you.',
  callTitle: 'Call',
  controls: 'Call controls',
  you: 'You',
  copyLink: 'Copy link',
  copied: 'Copied',
  copiedStatus: 'The invite link is copied.',
  copyRefused: 'The browser did not allow copying. The link is selected: copy it with your keyboard or the menu.',
  leave: 'Leave',
  close: 'Close',
  inviteText: 'Send this link. Whoever opens it can join you here.',
  inviteLink: 'Invite link',
  tapToHear: 'Tap to hear',
  micOff: 'Microphone is off',
  waiting: 'Waiting for the other person…',
  connecting: (name) => (name ? `Connecting to ${name}…` : 'Connecting to the other person…'),
  connected: (name) => (name ? `You are connected to ${name}.` : 'You are connected.'),
  left: (name) => (name ? `${name} left.` : 'The other person left.'),
  lost: (name) =>
    name
      ? `The connection to ${name} was lost. They can come back with the same link.`
      : 'The connection to the other person was lost. They can come back with the same link.',
  unstable: (name) => (name ? `The connection to ${name} is unstable.` : 'The connection is unstable.'),
  failed: (name) =>
    name
      ? `Can't reach ${name} directly. Try another network, or ask your admin to enable TURN.`
      : "Can't reach the other person directly. Try another network, or ask your admin to enable TURN.",
  brokenOff: (name) =>
    name
      ? `The connection to ${name} is broken off. To try again, leave and rejoin.`
      : 'The connection to the other person is broken off. To try again, leave and rejoin.',
  full: 'This room is full. Try again when somebody has left, or choose another room.',
  serverAway: 'The server cannot be reached. Check your network and try again.',
  rejected: 'The server did not accept this room: it is too long or has characters that cannot be shown.',
  unsupported: 'This browser cannot make calls. Use a current Firefox, Chrome, Edge or Safari.',
  reconnecting: 'Reconnecting to the server. Your call continues.',
  reconnectingAlone: 'Reconnecting to the server…',
  endLeft: 'You left the call',
  endPutAway: 'The call ended when you left this page',
  endLost: 'The call ended',
  endFull: 'Somebody else took your place: the room is full now.',
  endRejected: 'The server did not let you back in.',
  rejoin: 'Rejoin',
  backToStart: 'Back to start',
  titleWaiting: 'Waiting · Signalbox',
  titleConnecting: 'Connecting · Signalbox',
  titleUnstable: 'Unstable · Signalbox',
  titleEnded: 'Call ended · Signalbox',
  titleConnected: (name) => (name ? `${name} · Signalbox` : 'In a call · Signalbox'),
} satisfies Shape

/** Every text of the page in one language. */
export type Texts = typeof en

const zhCN: Texts = {
  newRoom: '新建房间',
  language: '语言',
  lobbyTitle: '发起或加入通话',
  lobbyIntro: '进入同一个房间即可见面，无需安装，无需注册。',
  room: '房间',
  roomPlaceholder: '1001',
  roomMissing: '请输入房间号，或新建一个房间。',
  name: '你的名字',
  nameOptional: '选填',
  join: '加入通话',
  joining: '正在加入…',
  tryAgain: '重试',
  preview: '你的摄像头画面',
  cameraIsBlocked: '摄像头权限已被阻止',
  cameraIsOff: '摄像头已关闭',
  cameraStarting: '正在打开摄像头…',
  microphone: '麦克风',
  micShort: '麦克风',
  camera: '摄像头',
  devices: '选择摄像头和麦克风',
  shortcuts: '用 M 键和 V 键开关麦克风和摄像头',
  browserDefault: '浏览器默认',
  mediaHelp: {
    'media-denied': '摄像头和麦克风权限已被阻止。请点击地址栏左侧图标，允许使用。也可以不用摄像头和麦克风，直接加入。',
    'media-in-use': '摄像头或麦克风无法启动。请关闭正在使用它的其他应用，也可以不用摄像头和麦克风，直接加入。',
    'media-not-found': '没有找到摄像头或麦克风。请接上设备，也可以不用摄像头和麦克风，直接加入。',
    'insecure-context': '只有通过安全地址（https）访问时才能使用摄像头和麦克风。你仍可加入，能看到和听到对方。',
    unsupported: '此浏览器无法使用摄像头和麦克风。你仍可加入，能看到和听到对方。',
  },
  cameraDenied: '摄像头权限已被阻止。请点击地址栏左侧图标，允许使用摄像头，或仅用语音加入。',
  cameraInUse: '摄像头正被其他应用占用。请关闭它，或仅用语音加入。',
  cameraNotFound: '没有找到摄像头，可以仅用语音加入。',
  micDenied: '麦克风权限已被阻止。请点击地址栏左侧图标，允许使用麦克风。',
  micInUse: '麦克风无法启动。请关闭正在使用它的其他应用。',
  micNotFound: '没有找到麦克风，对方将听不到你的声音。',
  micStopped: '麦克风已停止工作，对方听不到你的声音。',
  callTitle: '通话',
  controls: '通话控制',
  you: '我',
  copyLink: '复制链接',
  copied: '已复制',
  copiedStatus: '邀请链接已复制。',
  copyRefused: '浏览器不允许自动复制。链接已选中，请用键盘或菜单复制。',
  leave: '离开',
  close: '关闭',
  inviteText: '把这个链接发给对方，打开即可加入。',
  inviteLink: '邀请链接',
  tapToHear: '点按播放声音',
  micOff: '麦克风已关闭',
  waiting: '正在等待对方加入…',
  connecting: (name) => (name ? `正在连接 ${name}…` : '正在连接对方…'),
  connected: (name) => (name ? `已与 ${name} 接通。` : '已接通。'),
  left: (name) => (name ? `${name} 已离开。` : '对方已离开。'),
  lost: (name) =>
    name ? `与 ${name} 的连接已断开，对方可通过同一链接重新加入。` : '与对方的连接已断开，对方可通过同一链接重新加入。',
  unstable: (name) => (name ? `与 ${name} 的连接不稳定。` : '连接不稳定。'),
  failed: (name) =>
    name
      ? `无法直连 ${name}，请换个网络试试，或联系管理员启用 TURN。`
      : '无法直连对方，请换个网络试试，或联系管理员启用 TURN。',
  brokenOff: (name) =>
    name ? `与 ${name} 的连接已中断，请离开后重新加入。` : '与对方的连接已中断，请离开后重新加入。',
  full: '房间已满。请等有人离开后重试，或换一个房间。',
  serverAway: '无法连接到服务器，请检查网络后重试。',
  rejected: '服务器不接受这个房间号：它太长，或含有无法显示的字符。',
  unsupported: '此浏览器不支持通话，请使用新版 Firefox、Chrome、Edge 或 Safari。',
  reconnecting: '正在重连服务器，通话不受影响。',
  reconnectingAlone: '正在重连服务器…',
  endLeft: '你已离开通话',
  endPutAway: '你离开了此页面，通话已结束',
  endLost: '通话已结束',
  endFull: '有人已占用你的位置，房间已满。',
  endRejected: '服务器不允许你重新加入。',
  rejoin: '重新加入',
  backToStart: '返回首页',
  titleWaiting: '等待中 · Signalbox',
  titleConnecting: '连接中 · Signalbox',
  titleUnstable: '连接不稳定 · Signalbox',
  titleEnded: '通话已结束 · Signalbox',
  titleConnected: (name) => (name ? `${name} · Signalbox` : '通话中 · Signalbox'),
}

/** The languages of the page by their BCP 47 tags, with what they call themselves. */
export const languages = { en: { own: 'English', texts: en }, 'zh-CN': { own: '简体中文', texts: zhCN } } as const

/** A language of the page. */
export type Language = keyof typeof languages
