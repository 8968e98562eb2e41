import type { CallErrorCode } from '../../sdk/index.js'
import type { Shape } from './shape.js'

/** What can be wrong with camera and microphone, and what to do about it. */
type MediaHelp = Record<Extract<CallErrorCode, `media-${string}` | 'insecure-context' | 'unsupported'>, string>

const en = {
  preview: 'Your camera',
  cameraIsBlocked: 'Your camera is blocked',
  cameraIsOff: 'Your camera is off',
  cameraStarting: 'Starting your camera…',
  microphone: 'Microphone',
  micShort: 'Mic',
  camera: 'Camera',
  devices: 'Choose camera and microphone',
  shortcuts: 'Keys M, V and S switch microphone, camera and screen sharing',
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
  } satisfies MediaHelp,
  cameraDenied: 'Your camera is blocked. Click the icon left of the address bar and allow it, or join with sound only.',
  cameraInUse: 'Another app is using your camera. Close it, or join with sound only.',
  cameraNotFound: 'No camera was found. You can join with sound only.',
  micDenied: 'Your microphone is blocked. Click the icon left of the address bar and allow it.',
  micInUse: 'Your microphone could not be started. Close other apps that use it.',
  micNotFound: 'No microphone was found. The others will not hear you.',
  micStopped: 'Your microphone stopped. The others cannot hear you.',
  micReplaced: 'Your microphone is gone. Another one is used now.',
  cameraReplaced: 'Your camera is gone. Another one is used now.',
} satisfies Shape

const zhCN: typeof en = {
  preview: '你的摄像头画面',
  cameraIsBlocked: '摄像头权限已被阻止',
  cameraIsOff: '摄像头已关闭',
  cameraStarting: '正在打开摄像头…',
  microphone: '麦克风',
  micShort: '麦克风',
  camera: '摄像头',
  devices: '选择摄像头和麦克风',
  shortcuts: '用 M、V、S 键开关麦克风、摄像头和屏幕共享',
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
  micReplaced: '麦克风已断开，现已改用另一个。',
  cameraReplaced: '摄像头已断开，现已改用另一个。',
}

/** Camera and microphone, and what is wrong with them. */
export const devicesTexts = { en, 'zh-CN': zhCN }
