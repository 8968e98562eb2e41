import type { Shape } from './shape.js'

const en = {
  chat: 'Chat',
  chatUnread: (count) => `${count ?? 'some'} new`,
  closeChat: 'Close chat',
  chatIntro: 'Only who is in the call gets what you write. Who joins later sees what is written from then on.',
  chatPlaceholder: 'Message',
  chatField: 'Message to everybody. Shift and Enter: a new line',
  send: 'Send',
  somebody: 'Somebody',
  writes: (name) => (name ? `${name} writes:` : 'Somebody writes:'),
  newMessages: (count) => `${count ?? 'Some'} new messages in the chat.`,
  tooLong: (count) => `This is ${count ?? 'some'} characters too long. Shorten it, or send it in two parts.`,
  nobodyToRead: 'Nobody else is here, so nobody would get it. Send it when somebody has joined.',
  waitsTooMuch: 'Too much is waiting to be sent already. What you wrote is still here: send it again in a moment.',
  notReached: (names) => `Not sent to ${names ?? 'somebody'}: too much is waiting to be sent already.`,
  sendAgain: 'Send again',
  undelivered: 'Something you wrote did not reach somebody whose connection was lost. Write it again if it matters.',
} satisfies Shape

const zhCN: typeof en = {
  chat: '聊天',
  chatUnread: (count) => `${count ?? '有'} 条新消息`,
  closeChat: '关闭聊天',
  chatIntro: '只有正在通话中的人能收到消息。之后加入的人只能看到加入以后的消息。',
  chatPlaceholder: '消息',
  chatField: '发给所有人的消息。按 Shift 和 Enter 换行',
  send: '发送',
  somebody: '某人',
  writes: (name) => (name ? `${name} 说：` : '有人说：'),
  newMessages: (count) => `聊天中有 ${count ?? '几'} 条新消息。`,
  tooLong: (count) => `超出 ${count ?? '若干'} 个字符。请缩短，或分两次发送。`,
  nobodyToRead: '现在没有其他人，消息无人能收到。请等有人加入后再发送。',
  waitsTooMuch: '待发送的内容太多。你写的内容还在这里，请稍后再发送。',
  notReached: (names) => `未能发给 ${names ?? '某人'}：待发送的内容太多。`,
  sendAgain: '重新发送',
  undelivered: '你写的部分内容没有送达一位曾断线的成员。如有需要，请再写一次。',
}

/** Writing to each other. */
export const chatTexts = { en, 'zh-CN': zhCN }
