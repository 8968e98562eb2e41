import type { Shape } from './shape.js'

const en = {
  door: 'Who can come in',
  doorOpen: 'Everybody who may join this room',
  doorKnock: 'Only whom I let in',
  doorLocked: 'Nobody else',
  doorIs: {
    open: 'Everybody can come in now.',
    knock: 'Whoever comes has to be let in now.',
    locked: 'The room is locked now.',
  },
  knocks: (name) => (name ? `${name} wants to come in.` : 'Somebody wants to come in.'),
  letIn: 'Let in',
  letSomebodyIn: (name) => (name ? `Let in ${name}` : 'Let in whoever knocks'),
  refuse: 'Refuse',
  refuseSomebody: (name) => (name ? `Refuse ${name}` : 'Refuse whoever knocks'),
  remove: (name) => (name ? `Remove ${name} from the call` : 'Remove from the call'),
  removeTitle: (name) => (name ? `Remove ${name}?` : 'Remove this person?'),
  removeText: 'They leave the call at once, and cannot come back with the same invitation while it goes on.',
  removeNow: 'Remove',
  removed: (name) => (name ? `${name} was removed.` : 'Somebody was removed.'),
} satisfies Shape

const zhCN: typeof en = {
  door: '谁可以加入',
  doorOpen: '所有可进入此房间的人',
  doorKnock: '仅限我允许的人',
  doorLocked: '不再允许任何人',
  doorIs: {
    open: '现在所有人都可以加入。',
    knock: '现在新来的人需要你允许才能加入。',
    locked: '房间已锁定。',
  },
  knocks: (name) => (name ? `${name} 请求加入。` : '有人请求加入。'),
  letIn: '允许',
  letSomebodyIn: (name) => (name ? `允许 ${name} 加入` : '允许此人加入'),
  refuse: '拒绝',
  refuseSomebody: (name) => (name ? `拒绝 ${name} 加入` : '拒绝此人加入'),
  remove: (name) => (name ? `将 ${name} 移出通话` : '移出通话'),
  removeTitle: (name) => (name ? `要移出 ${name} 吗？` : '要移出此人吗？'),
  removeText: '对方会立即离开通话，在本次通话期间无法用同一邀请再次加入。',
  removeNow: '移出',
  removed: (name) => (name ? `${name} 已被移出。` : '有人已被移出。'),
}

/** What a host can do. */
export const hostTexts = { en, 'zh-CN': zhCN }
