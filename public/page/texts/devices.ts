import type { CallErrorCode } from '../../sdk/index.js'
import type { SpeakerFinding } from '../output-choice.js'
import type { Shape } from './shape.js'

/** What can be wrong with camera and microphone, and what to do about it; who has refused them is said in allow.ts. */
type MediaHelp = Record<
  Exclude<Extract<CallErrorCode, `media-${string}` | 'insecure-context' | 'unsupported'>, 'media-denied'>,
  string
>

const en = {
  preview: 'Your camera',
  cameraIsBlocked: 'Your camera is blocked',
  cameraIsOff: 'Your camera is off',
  cameraStarting: 'Starting your camera…',
  microphone: 'Microphone',
  micShort: 'Mic',
  camera: 'Camera',
  speaker: 'Speaker',
  devices: 'Camera, microphone, speaker',
  devicesMenu: 'Devices',
  saySomething: 'Say something: the bar moves when your microphone hears you.',
  micIsHeard: 'Your microphone hears you.',
  testSpeaker: 'Test the speaker',
  otherSpeaker: 'Another speaker…',
  speakerFindings: {
    testing: 'Four notes are played…',
    'did-you-hear':
      'Did you hear it? If not, turn up the volume, see that the right speaker is chosen, and that headphones are plugged in.',
    'cannot-test':
      'No sound can be played here: this browser finds nothing that plays sound. Plug in headphones or a speaker, then test again.',
    'no-speaker': 'The browser finds no speaker. Plug one in, then try again.',
  } satisfies Record<SpeakerFinding, string>,
  speakerGone: 'Your speaker is gone. The browser’s default is used now.',
  speakerBack: 'Your speaker is back, and used again.',
  browserDefault: 'Browser default',
  mediaHelp: {
    'media-in-use':
      'Your camera or microphone could not be started. Close other apps that use it, or join without them.',
    'media-not-found': 'No camera or microphone was found. Plug one in, or join without them.',
    'insecure-context':
      'Camera and microphone need a secure (https) address. You can still join, to see and hear the others.',
    unsupported:
      'This browser gives no access to camera and microphone. You can still join, to see and hear the others.',
  } satisfies MediaHelp,
  cameraInUse: 'Another app is using your camera. Close it, or join with sound only.',
  cameraNotFound: 'No camera was found. You can join with sound only.',
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
  speaker: '扬声器',
  devices: '摄像头、麦克风、扬声器',
  devicesMenu: '设备',
  saySomething: '说句话：麦克风听到时，横条会动。',
  micIsHeard: '麦克风能听到你的声音。',
  testSpeaker: '测试扬声器',
  otherSpeaker: '其他扬声器…',
  speakerFindings: {
    testing: '正在播放四个音…',
    'did-you-hear': '听到了吗？如果没有，请调高音量，确认选对了扬声器，并检查耳机是否插好。',
    'cannot-test': '这里无法播放声音：浏览器没有找到可播放声音的设备。请接上耳机或扬声器后重新测试。',
    'no-speaker': '浏览器没有找到扬声器。请接上后重试。',
  },
  speakerGone: '扬声器已断开，现已改用浏览器默认设备。',
  speakerBack: '扬声器已重新连接，现已恢复使用。',
  browserDefault: '浏览器默认',
  mediaHelp: {
    'media-in-use': '摄像头或麦克风无法启动。请关闭正在使用它的其他应用，也可以不用摄像头和麦克风，直接加入。',
    'media-not-found': '没有找到摄像头或麦克风。请接上设备，也可以不用摄像头和麦克风，直接加入。',
    'insecure-context': '只有通过安全地址（https）访问时才能使用摄像头和麦克风。你仍可加入，能看到和听到对方。',
    unsupported: '此浏览器无法使用摄像头和麦克风。你仍可加入，能看到和听到对方。',
  },
  cameraInUse: '摄像头正被其他应用占用。请关闭它，或仅用语音加入。',
  cameraNotFound: '没有找到摄像头，可以仅用语音加入。',
  micInUse: '麦克风无法启动。请关闭正在使用它的其他应用。',
  micNotFound: '没有找到麦克风，对方将听不到你的声音。',
  micStopped: '麦克风已停止工作，对方听不到你的声音。',
  micReplaced: '麦克风已断开，现已改用另一个。',
  cameraReplaced: '摄像头已断开，现已改用另一个。',
}

/** Camera and microphone, and what is wrong with them. */
export const devicesTexts = { en, 'zh-CN': zhCN }
