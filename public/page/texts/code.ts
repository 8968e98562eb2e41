import { codeNamesZh } from '../code-names.js'
import type { Shape } from './shape.js'

/** In English they are called as they are. */
const codeNamesEn: Readonly<Record<string, string>> = {}

const en = {
  codeMarks: {
    none: () => '',
    unchecked: (name) => (name ? `Check that nobody is between you and ${name}` : 'Check that nobody is in between'),
    matches: (name) => (name ? `Nobody is between you and ${name}: checked` : 'Nobody is in between: checked'),
    differs: (name) => (name ? `Somebody may be between you and ${name}` : 'Somebody may be in between'),
  },
  codeTitle: (name) => (name ? `Compare with ${name}` : 'Compare with the other person'),
  codeText:
    'Say these five to each other. If you both see the same, your call is encrypted from one to the other, and nobody is in between: not this service either.',
  codeNames: codeNamesEn,
  codeMatches: 'They match',
  codeDiffers: 'They differ',
  codeMatched: (name) => (name ? `Checked: nobody is between you and ${name}.` : 'Checked: nobody is in between.'),
  codeWarning: (name) =>
    name
      ? `Somebody may be listening between you and ${name}. End this call, and meet in another way.`
      : 'Somebody may be listening in between. End this call, and meet in another way.',
  codeChanged: (name) =>
    name ? `The connection to ${name} was made anew: compare again.` : 'The connection was made anew: compare again.',
} satisfies Shape

const zhCN: typeof en = {
  codeMarks: {
    none: () => '',
    unchecked: (name) => (name ? `验证你与 ${name} 之间没有第三方` : '验证通话之间没有第三方'),
    matches: (name) => (name ? `已验证：你与 ${name} 之间没有第三方` : '已验证：没有第三方'),
    differs: (name) => (name ? `你与 ${name} 之间可能有第三方` : '通话之间可能有第三方'),
  },
  codeTitle: (name) => (name ? `与 ${name} 核对` : '与对方核对'),
  codeText: '请互相念出这五个图案。如果你们看到的完全一样，通话就是端到端加密的，中间没有任何人，也包括本服务。',
  codeNames: codeNamesZh,
  codeMatches: '完全一样',
  codeDiffers: '不一样',
  codeMatched: (name) => (name ? `已验证：你与 ${name} 之间没有第三方。` : '已验证：没有第三方。'),
  codeWarning: (name) =>
    name
      ? `你与 ${name} 的通话可能被第三方窃听。请结束通话，换一种方式联系。`
      : '通话可能被第三方窃听。请结束通话，换一种方式联系。',
  codeChanged: (name) => (name ? `与 ${name} 的连接已重新建立，请再次核对。` : '连接已重新建立，请再次核对。'),
}

/** The code that two people compare. */
export const codeTexts = { en, 'zh-CN': zhCN }
