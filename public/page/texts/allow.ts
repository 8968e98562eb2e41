import type { BrowserKind, SystemKind } from '../permission-help.js'
import type { Shape } from './shape.js'

/** Steps are one a line. */
const en = {
  blocked: {
    both: 'Camera and microphone are blocked.',
    camera: 'Your camera is blocked.',
    mic: 'Your microphone is blocked.',
  },
  dismissed: {
    both: 'The browser’s question about camera and microphone was closed without an answer.',
    camera: 'The browser’s question about the camera was closed without an answer.',
    mic: 'The browser’s question about the microphone was closed without an answer.',
  },
  blockedBySystem: {
    both: 'The privacy settings of this device keep camera and microphone from the browser.',
    camera: 'The privacy settings of this device keep the camera from the browser.',
    mic: 'The privacy settings of this device keep the microphone from the browser.',
  },
  joinAllTheSame: 'You can join all the same.',
  howToAllow: 'How to allow it',
  howInCall: 'How to allow it is said under More, Devices.',
  allowTitle: 'How to allow camera and microphone',
  allowAgain: 'Try again',
  allowMore: 'If that does not help',
  allowStarts: 'They start by themselves once they are allowed. If not, press “Try again”.',
  allowSteps: {
    chrome: 'Click the icon left of the address, at the top of the window.\nSwitch on camera and microphone.',
    edge: 'Click the icon left of the address, at the top of the window.\nOpen “Permissions for this site”.\nChoose “Allow” for camera and microphone.',
    firefox:
      'Click the crossed-out camera or microphone left of the address.\nTake away “Blocked” for each.\nPress “Try again” here, and answer “Allow”.',
    safari:
      'In the menu at the top of the screen choose Safari, then “Settings” for this website.\nChoose “Allow” for camera and microphone.\nPress “Try again” here.',
    'chrome-android': 'Tap the icon left of the address.\nTap “Permissions”.\nSwitch on camera and microphone.',
    'firefox-android':
      'Tap the icon left of the address.\nTap “Blocked” beside camera and microphone, so that it says “Allowed”.\nPress “Try again” here.',
    'safari-ios':
      'Tap the page menu beside the address.\nTap “Website Settings”, if need be behind the three dots.\nChoose “Allow” for camera and microphone.\nPress “Try again” here.',
    'app-ios':
      'Open the Settings app of the device.\nFind this browser among the apps.\nSwitch on camera and microphone.\nCome back and press “Try again”.',
    other:
      'Open what your browser knows of this page: mostly the icon beside the address.\nAllow camera and microphone.\nPress “Try again” here.',
  } satisfies Record<BrowserKind, string>,
  systemSteps: {
    macos:
      'Open System Settings, then “Privacy & Security”.\nSwitch on this browser under “Camera”, and under “Microphone”.\nQuit the browser, open it again, and come back to this page.',
    windows:
      'Open Settings, then “Privacy & security”.\nUnder “Camera”, and under “Microphone”, let desktop apps have access.\nPress “Try again” here.',
    android:
      'Open the Settings app of the device, then “Apps”, and find this browser.\nUnder “Permissions” allow camera and microphone.\nCome back and press “Try again”.',
    ios: 'Open the Settings app of the device.\nFind this browser among the apps.\nAllow camera and microphone.\nCome back and press “Try again”.',
    other:
      'Look into the privacy settings of this device: camera and microphone may be kept from the browser there.\nPress “Try again” here.',
  } satisfies Record<SystemKind, string>,
} satisfies Shape

const zhCN: typeof en = {
  blocked: {
    both: '摄像头和麦克风权限已被阻止。',
    camera: '摄像头权限已被阻止。',
    mic: '麦克风权限已被阻止。',
  },
  dismissed: {
    both: '浏览器询问摄像头和麦克风权限时，未作答便被关闭。',
    camera: '浏览器询问摄像头权限时，未作答便被关闭。',
    mic: '浏览器询问麦克风权限时，未作答便被关闭。',
  },
  blockedBySystem: {
    both: '此设备的隐私设置不允许浏览器使用摄像头和麦克风。',
    camera: '此设备的隐私设置不允许浏览器使用摄像头。',
    mic: '此设备的隐私设置不允许浏览器使用麦克风。',
  },
  joinAllTheSame: '仍可直接加入。',
  howToAllow: '如何允许',
  howInCall: '如何允许，请看“更多”中的“设备”。',
  allowTitle: '如何允许使用摄像头和麦克风',
  allowAgain: '重试',
  allowMore: '如果仍然不行',
  allowStarts: '允许后会自动启动。如果没有，请按“重试”。',
  allowSteps: {
    chrome: '点击窗口顶部地址左侧的图标。\n打开摄像头和麦克风的开关。',
    edge: '点击窗口顶部地址左侧的图标。\n打开“此站点的权限”。\n将摄像头和麦克风设为“允许”。',
    firefox: '点击地址左侧划掉的摄像头或麦克风图标。\n逐个取消“已阻止”。\n在此按“重试”，并回答“允许”。',
    safari: '在屏幕顶部的菜单中选择 Safari，再选择此网站的“设置”。\n将摄像头和麦克风设为“允许”。\n在此按“重试”。',
    'chrome-android': '点按地址左侧的图标。\n点按“权限”。\n打开摄像头和麦克风的开关。',
    'firefox-android': '点按地址左侧的图标。\n点按摄像头和麦克风旁的“已阻止”，使其变为“已允许”。\n在此按“重试”。',
    'safari-ios':
      '点按地址旁的页面菜单。\n点按“网站设置”，它可能在三个点之后。\n将摄像头和麦克风设为“允许”。\n在此按“重试”。',
    'app-ios': '打开设备的“设置”应用。\n在应用列表中找到此浏览器。\n打开摄像头和麦克风的开关。\n返回此处并按“重试”。',
    other: '打开浏览器中此页面的信息，通常是地址旁的图标。\n允许摄像头和麦克风。\n在此按“重试”。',
  },
  systemSteps: {
    macos:
      '打开“系统设置”，再打开“隐私与安全性”。\n在“摄像头”和“麦克风”中打开此浏览器的开关。\n退出浏览器后重新打开，再回到此页面。',
    windows: '打开“设置”，再打开“隐私和安全性”。\n在“摄像头”和“麦克风”中允许桌面应用访问。\n在此按“重试”。',
    android: '打开设备的“设置”应用，再打开“应用”，找到此浏览器。\n在“权限”中允许摄像头和麦克风。\n返回此处并按“重试”。',
    ios: '打开设备的“设置”应用。\n在应用列表中找到此浏览器。\n允许摄像头和麦克风。\n返回此处并按“重试”。',
    other: '查看此设备的隐私设置：那里可能不允许浏览器使用摄像头和麦克风。\n在此按“重试”。',
  },
}

/** Camera and microphone are refused: by whom, and how to allow them. */
export const allowTexts = { en, 'zh-CN': zhCN }
