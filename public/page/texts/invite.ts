import type { Shape } from './shape.js'

const en = {
  copyLink: 'Copy link',
  copied: 'Copied',
  copiedStatus: 'The invite link is copied.',
  copyRefused: 'The browser did not allow copying. The link is selected: copy it with your keyboard or the menu.',
  ownInvite: 'Your invitation is for you alone. Whoever has invited you can invite others.',
  inviteText: 'Send this link. Whoever opens it can join you here.',
  inviteLink: 'Invite link',
  inviteOthers: 'Invite others',
  inviteScan: 'Who is beside you can scan the code with a phone.',
  inviteCode: 'QR code of the invite link',
  share: 'Share…',
} satisfies Shape

const zhCN: typeof en = {
  copyLink: '复制链接',
  copied: '已复制',
  copiedStatus: '邀请链接已复制。',
  copyRefused: '浏览器不允许自动复制。链接已选中，请用键盘或菜单复制。',
  ownInvite: '此邀请仅供你本人使用。要邀请其他人，请联系邀请你的人。',
  inviteText: '把这个链接发给对方，打开即可加入。',
  inviteLink: '邀请链接',
  inviteOthers: '邀请他人',
  inviteScan: '身边的人可以用手机扫码加入。',
  inviteCode: '邀请链接的二维码',
  share: '分享…',
}

/** How others are asked to come. */
export const inviteTexts = { en, 'zh-CN': zhCN }
