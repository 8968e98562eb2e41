import t from 'tap'
import { maxChatLength, textOfMessage, tidy } from '../../public/page/chat-message.js'
import { newsOf } from '../../public/page/chat-news.js'
import { shareIn, sizeIn, timeIn } from '../../public/page/formats.js'
import { handOf, nextHand, placesOf, withHand } from '../../public/page/hand-order.js'
import { partsOf } from '../../public/page/links.js'
import { languages } from '../../public/page/texts.js'
import { maxMessageBytes } from '../../public/sdk/message-link.js'

t.test('links are found as people write them, and end where they end', async (t) => {
  for (const [text, ...links] of [
    ['no link at all: example.org, www.example.org, mailto:a@b.c, javascript:alert(1), ftp://example.org'],
    ['https://example.org', 'https://example.org'],
    ['HTTP://Example.org/A', 'HTTP://Example.org/A'],
    ['see https://example.org/a?b=c&d=%20#e.', 'https://example.org/a?b=c&d=%20#e'],
    ['(see https://example.org/a)', 'https://example.org/a'],
    ['https://example.org/a_(b)', 'https://example.org/a_(b)'],
    ['(https://example.org/a_(b)), then', 'https://example.org/a_(b)'],
    ['[https://example.org/[x]]', 'https://example.org/[x]'],
    ['<https://example.org/a>b', 'https://example.org/a'],
    ['"https://example.org/a", “https://example.org/b”', 'https://example.org/a', 'https://example.org/b'],
    ['**https://example.org/a**!?', 'https://example.org/a'],
    ['https://example.org/a/...', 'https://example.org/a/'],
    ['https://example.org/a\nhttps://example.org/b', 'https://example.org/a', 'https://example.org/b'],
    ['http://[2001:db8::1]:8080/a]', 'http://[2001:db8::1]:8080/a'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['请看https://example.org/a。好', 'https://example.org/a'],
    ['请看（https://example.org/a）', 'https://example.org/a'],
    ['「https://example.org/a」、https://example.org/b，', 'https://example.org/a', 'https://example.org/b'],
    ['打开https://example.org/a看看', 'https://example.org/a'],
    ['打开https://example.org看看', 'https://example.org'],
    ['https://例子.中国/a，', 'https://例子.中国/a'],
    ['https://www.例子.中国', 'https://www.例子.中国'],
    ['https://example.org/é/ü', 'https://example.org/é/ü'],
    ['https://example.org\u3000x https://example.org/\u202eb', 'https://example.org', 'https://example.org/'],
    ['xhttps://example.org, git+https://example.org'],
    ['https:// https://. http:///'],
    ['https://bank.example@evil.example/ https://user:secret@host.example'],
    ['https://https://example.org', 'https://https://example.org'],
    ['https://example.org:99999/a'],
  ] as const) {
    const parts = partsOf(text)
    t.strictSame(
      parts.flatMap(({ text, href }) => (href === undefined ? [] : [text])),
      links,
      text,
    )
    t.equal(parts.map((part) => part.text).join(''), text, 'nothing is lost')
    for (const { href } of parts) t.match(href ?? 'https://', /^https?:\/\//)
  }
  t.strictSame(partsOf('a https://EXAMPLE.org/b.'), [
    { text: 'a ' },
    { text: 'https://EXAMPLE.org/b', href: 'https://example.org/b' },
    { text: '.' },
  ])
  t.strictSame(partsOf(''), [])
})

t.test('much that looks like links takes no time', async (t) => {
  const begin = performance.now()
  for (const text of ['https://@'.repeat(444), 'https://'.repeat(500), `https://a.b/${'('.repeat(3900)}`]) partsOf(text)
  t.ok(performance.now() - begin < 1000, `${performance.now() - begin} ms`)
})

t.test('only messages of the form of the page are shown', async (t) => {
  t.equal(textOfMessage({ type: 'chat', text: ' a\r\nb \n' }), ' a\nb')
  t.equal(textOfMessage({ type: 'chat', text: 'x'.repeat(maxChatLength), more: 1 })?.length, maxChatLength)
  for (const data of [
    null,
    'text',
    5,
    [],
    {},
    ['chat', 'text'],
    { text: 'x' },
    { type: 'chat' },
    { type: 'chat', text: 5 },
    { type: 'chat', text: ['x'] },
    { type: 'note', text: 'x' },
    { type: 'chat', text: '' },
    { type: 'chat', text: ' \n\u200b\u202e\u3164' },
    { type: 'chat', text: 'x'.repeat(maxChatLength + 1) },
  ]) {
    t.equal(textOfMessage(data), undefined, JSON.stringify(data).slice(0, 60))
  }
})

t.test('a text is tidied without losing what is to be seen', async (t) => {
  t.equal(tidy('\n \n  code\n\tmore\u0000\u001b[2J \n'), '  code\n\tmore[2J')
  t.equal(tidy('👩‍👩‍👧'), '👩‍👩‍👧')
  const worst = JSON.stringify({ type: 'chat', text: '\ud800'.repeat(maxChatLength) })
  t.ok(new TextEncoder().encode(worst).byteLength <= maxMessageBytes, 'the longest message can be sent')
})

t.test('one new message is said, of several how many there are', async (t) => {
  const { texts } = languages.en
  t.equal(newsOf([], texts), '')
  t.equal(newsOf([{ name: 'Ada', text: 'a\n b' }], texts), 'Ada writes: a b')
  t.equal(newsOf([{ name: undefined, text: 'x' }], texts), 'Somebody writes: x')
  const long = newsOf([{ name: 'Ada', text: '😀'.repeat(500) }], texts)
  t.equal(long, `Ada writes: ${'😀'.repeat(120)}…`)
  t.equal(
    newsOf(
      ['a', 'b'].map((text) => ({ name: 'Ada', text })),
      texts,
    ),
    '2 new messages in the chat.',
  )
})

t.test('sizes, shares and times are written as people of the language write them', async (t) => {
  t.equal(sizeIn('en', 0), '0 bytes')
  t.equal(sizeIn('en', 1), '1 byte')
  t.equal(sizeIn('en', 999), '999 bytes')
  t.equal(sizeIn('en', 1500), '1.5 kB')
  t.equal(sizeIn('en', 999_950), '1 MB')
  t.equal(sizeIn('en', 12_345_678), '12 MB')
  t.equal(sizeIn('en', 5e15), '5,000 TB')
  t.equal(sizeIn('zh-CN', 2_000_000), '2 MB')
  t.equal(shareIn('en', 999, 1000), '99%')
  t.equal(shareIn('en', 1000, 1000), '100%')
  t.equal(shareIn('en', 0, 0), '100%')
  const at = new Date(2026, 0, 2, 15, 4)
  t.match(timeIn('en', at, 'en-US'), /^3:04\sPM$/)
  t.equal(timeIn('en', at, 'de'), '15:04')
  t.equal(timeIn('zh-CN', at, 'zh-CN'), '15:04')
})

t.test('hands are ordered by who was first, whatever the others say of theirs', async (t) => {
  for (const hand of [0, -1, 1.5, '1', null, [], 1_000_000, Number.NaN]) t.equal(handOf({ hand }), undefined, `${hand}`)
  t.equal(handOf(undefined), undefined)
  t.equal(handOf({ hand: 999_999 }), 999_999)
  t.equal(nextHand([]), 1)
  t.equal(nextHand([undefined, 3, 1]), 4)
  t.equal(handOf({ hand: nextHand([999_999]) }), 999_999, 'nobody can take the way to raise one from the others')
  const people = [
    { id: 'a', hand: 7 },
    { id: 'c', hand: 2 },
    { id: 'x', hand: undefined },
    { id: 'b', hand: 2 },
  ]
  t.strictSame([...placesOf(people)], [...placesOf([...people].reverse())])
  t.strictSame(
    [...placesOf(people)],
    [
      ['b', 1],
      ['c', 2],
      ['a', 3],
    ],
  )
})

t.test('what else one says of oneself stays when the hand goes up and down', async (t) => {
  t.strictSame(withHand(undefined, 1), { hand: 1 })
  t.strictSame(withHand({ seat: 5, hand: 1 }, 2), { seat: 5, hand: 2 })
  t.strictSame(withHand({ seat: 5, hand: 1 }, undefined), { seat: 5 })
  t.equal(withHand({ hand: 1 }, undefined), undefined)
})
