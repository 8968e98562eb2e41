import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { maxChatLength } from '../../public/page/chat-message.js'
import { languages } from '../../public/page/texts.js'
import { startService } from '../helper.js'
import { faults, isForAxe } from './accessibility.js'
import { firefoxDownloads, openBrowser, Person } from './browsers.js'

const { texts } = languages.en

const sizes = {
  small: { width: 800, height: 500 },
  phone: { width: 360, height: 740 },
  landscape: { width: 740, height: 360 },
  desktop: { width: 1280, height: 800 },
}

declare global {
  /** What this browser's question where to save a file is answered with. */
  var signalboxPlace: {
    answer: 'file' | 'no' | 'broken'
    /** After so many bytes writing waits for `release`. */
    waitsAfterBytes: number
    release: () => void
  }
}

/** Nobody can press the buttons of the browser's own dialog here: files go into its private file system, and nothing else is different. */
function answerWhereToSave(): void {
  const place: typeof globalThis.signalboxPlace = {
    answer: 'file',
    waitsAfterBytes: Number.POSITIVE_INFINITY,
    release: () => {},
  }
  globalThis.signalboxPlace = place
  Reflect.set(globalThis, 'showSaveFilePicker', async ({ suggestedName }: { suggestedName: string }) => {
    if (place.answer === 'no') throw new DOMException('not wanted', 'AbortError')
    const folder = await navigator.storage.getDirectory()
    const handle = await folder.getFileHandle(suggestedName, { create: true })
    const open = handle.createWritable.bind(handle)
    const released = new Promise<void>((resolve) => {
      place.release = resolve
    })
    handle.createWritable = async (): Promise<FileSystemWritableFileStream> => {
      const file = await open()
      const write = file.getWriter.bind(file)
      let writtenBytes = 0
      file.getWriter = () => {
        const writer = write()
        const put = writer.write.bind(writer)
        writer.write = async (chunk) => {
          if (place.answer === 'broken') throw new DOMException('no room', 'QuotaExceededError')
          if (writtenBytes >= place.waitsAfterBytes) await released
          writtenBytes += chunk.byteLength
          await put(chunk)
        }
        return writer
      }
      return file
    }
    return handle
  })
}

/** Files on somebody's clipboard, or dragged over the page. */
async function give(person: Person, how: 'dragover' | 'drop' | 'paste', ...names: string[]): Promise<boolean> {
  return person.page.evaluate(
    ({ how, names }) => {
      const transfer = new DataTransfer()
      for (const name of names) transfer.items.add(new File([`all of ${name}`], name, { type: 'text/html' }))
      const options = { bubbles: true, cancelable: true }
      const event =
        how === 'paste'
          ? new ClipboardEvent(how, { ...options, clipboardData: transfer })
          : new DragEvent(how, { ...options, dataTransfer: transfer })
      return !(document.querySelector(how === 'paste' ? '#chat-text' : '#tiles')?.dispatchEvent(event) ?? true)
    },
    { how, names },
  )
}

/** Whether the browser would ask before the page goes. */
async function isGuarded({ page }: Person): Promise<boolean> {
  return page.evaluate(() => !dispatchEvent(new Event('beforeunload', { cancelable: true })))
}

async function looksRight(t: Test, person: Person, name: string): Promise<void> {
  for (const [size, viewport] of Object.entries(sizes)) {
    await person.page.setViewportSize(viewport)
    for (const colorScheme of ['light', 'dark'] as const) {
      await person.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await person.screenshot(`${name}-${size}-${colorScheme}`)
      if (isForAxe(size, colorScheme)) t.strictSame(await faults(person), [], `${name}, ${size}, ${colorScheme}`)
    }
    const { isTooWide, small, apart, belowPx } = await person.page.evaluate(() => {
      const { scrollHeight, scrollTop, clientHeight } = document.querySelector('#chat-log') ?? document.body
      const shown = (selector: string) =>
        Array.from(document.querySelectorAll<HTMLElement>(selector)).filter((element) => element.checkVisibility())
      const [bar, panel] = ['.bar', '#chat-panel'].map((selector) => shown(selector)[0]?.getBoundingClientRect())
      return {
        isTooWide: document.documentElement.scrollWidth > innerWidth,
        small: shown('button, .file-save, textarea, #chat-panel a.file-save')
          .filter((element) => element.getBoundingClientRect().height < 43.5)
          .map((element) => element.id || element.textContent),
        belowPx: scrollHeight - scrollTop - clientHeight,
        apart: !bar || !panel || bar.right <= panel.left + 1 || panel.bottom <= bar.top + 1,
      }
    })
    t.notOk(isTooWide, `${name} fits on ${size}`)
    t.strictSame(small, [], `${name}, ${size}: everything can be hit with a finger`)
    t.ok(belowPx < 2, `${name}, ${size}: the end is in sight`)
    t.ok(apart, `${name}, ${size}: the bar and the chat do not cover each other`)
  }
  await person.page.setViewportSize(sizes.small)
}

/** Waits until the last entry of somebody's chat says this. */
async function reads({ page }: Person, text: string): Promise<void> {
  await page.waitForFunction((text) => {
    const last = [...document.querySelectorAll('#chat-log .entry')].at(-1)
    return last?.textContent?.includes(text)
  }, text)
}

/** Waits until the live region says this, perhaps in one breath with something else. */
async function hears({ page }: Person, sentence: string): Promise<void> {
  await page.waitForFunction((text) => document.querySelector('#status')?.textContent?.includes(text), sentence)
}

/** Waits until a file is in a state, at who gets it or who sends it. */
async function fileIs({ page }: Person, name: string, state: string): Promise<void> {
  await page.waitForFunction(
    ({ name, state }) =>
      [...document.querySelectorAll('#chat-log .entry')]
        .filter((entry) => entry.querySelector('.file-name')?.textContent === name)
        .at(-1)
        ?.matches(`[data-state="${state}"], :has([data-state="${state}"])`),
    { name, state },
  )
}

/** What Firefox has put among the downloads, once all of it is there. */
async function downloaded({ page }: Person, name: string): Promise<string> {
  for (;;) {
    const content = await readFile(join(firefoxDownloads, name), 'utf8').catch(() => '')
    if (content !== '') return content
    await page.waitForTimeout(100)
  }
}

t.test('messages, files and raised hands, between Chromium and Firefox', async (t) => {
  const { url } = await startService(t)
  const [chromium, firefox] = [await openBrowser('chromium'), await openBrowser('firefox')]
  const ada = await Person.open(t, chromium, url, { prepare: answerWhereToSave })
  const bo = await Person.open(t, firefox, url)
  await ada.join('beside', 'Ada')
  await ada.state('waiting')
  const cy = await Person.open(t, chromium, url, { viewport: sizes.phone, locale: 'zh-CN' })

  await t.test('to nobody nothing is sent, and what was typed stays', async (t) => {
    await ada.page.keyboard.press('c')
    t.equal(await ada.page.evaluate(() => document.activeElement?.id), 'chat-text')
    t.equal(await ada.page.getAttribute('#chat', 'aria-expanded'), 'true')
    await ada.page.keyboard.type('cash')
    await ada.page.keyboard.press('Enter')
    t.equal(await ada.page.textContent('#chat-notice'), texts.nobodyToRead)
    t.equal(await ada.page.inputValue('#chat-text'), 'cash', 'keys are letters here')
    t.ok(await give(ada, 'drop', 'early.txt'))
    await hears(ada, texts.nobodyToTake)
    await bo.join('beside', 'Bo')
    await Promise.all([ada, bo].map((person) => person.state('connected')))
    await ada.page.keyboard.press('Enter')
    await hears(bo, `${texts.writes('Ada')} cash`)
    await bo.page.getByRole('button', { name: `${texts.chat} ${texts.chatUnread('1')}`, exact: true }).waitFor()
    t.equal(await bo.page.textContent('#chat-unread'), '1')
  })

  await t.test('lines and links; no Enter of an input method sends', async (t) => {
    await ada.page.keyboard.type('see https://example.org/a_(b)).')
    await ada.page.keyboard.press('Shift+Enter')
    await ada.page.keyboard.type('and this')
    await ada.page.evaluate(() => {
      for (const how of [{ isComposing: true }, { keyCode: 229 }])
        document
          .querySelector('#chat-text')
          ?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, ...how }))
    })
    t.equal(await ada.page.inputValue('#chat-text'), 'see https://example.org/a_(b)).\nand this')
    await ada.page.keyboard.press('Enter')
    await bo.page.waitForFunction(() => document.querySelector('#chat-unread')?.textContent === '2')
    await bo.page.click('#chat')
    await reads(bo, 'see https://example.org/a_(b)).\nand this')
    t.notOk(await bo.page.isVisible('#chat-unread'))
    await bo.page.getByRole('button', { name: texts.chat, exact: true }).waitFor()
    t.strictSame(
      await bo.page.$$eval('.entry-text a', (links) =>
        links.map((link) => ['href', 'target', 'rel'].map((name) => link.getAttribute(name))),
      ),
      [['https://example.org/a_(b)', '_blank', 'noopener noreferrer']],
    )
    t.strictSame(await bo.page.$$eval('.entry-author', (names) => names.map((name) => name.textContent)), [
      'Ada',
      'Ada',
    ])
    t.equal(await ada.page.textContent('.entry[data-own] .entry-author'), texts.you)
    await bo.page.fill('#chat-text', '你好，<b>Ada</b>')
    await bo.page.click('#send-chat')
    await reads(ada, '你好，<b>Ada</b>')
    t.equal(await ada.page.textContent('#status'), texts.connected('Bo'), 'what the open log says is not said again')
    await bo.page.keyboard.press('Escape')
    t.notOk(await bo.page.isVisible('#chat-panel'))
    t.equal(await bo.page.evaluate(() => document.activeElement?.id), 'chat')
  })

  await t.test('what other clients send harms nobody, and what is too long is said', async (t) => {
    await ada.page.evaluate(
      (tooLong) => {
        const call = globalThis.signalboxCall
        for (const data of [
          null,
          'text',
          5,
          { type: 'chat' },
          { type: 'chat', text: 5 },
          { type: 'chat', text: tooLong },
        ])
          call?.send(data)
        call?.send({ type: 'chat', text: 'still here' })
      },
      'x'.repeat(maxChatLength + 1),
    )
    await hears(bo, `${texts.writes('Ada')} still here`)
    t.equal(await bo.page.locator('.entry').count(), 4)
    await ada.page.fill('#chat-text', 'x'.repeat(maxChatLength + 2))
    t.equal(await ada.page.textContent('#chat-notice'), texts.tooLong('2'))
    await ada.page.press('#chat-text', 'Enter')
    await hears(ada, texts.tooLong('2'))
    t.equal((await ada.page.inputValue('#chat-text')).length, maxChatLength + 2)
    await ada.page.fill('#chat-text', '')
    t.notOk(await ada.page.isVisible('#chat-notice'))
  })

  await t.test('hands are raised in order, and who comes later sees them', async (t) => {
    const mark = (person: Person, name: string) =>
      person.page.waitForSelector(`.tile[aria-label="${name}"] .hand-mark`, { state: 'visible' })
    await ada.page.evaluate(() => globalThis.signalboxCall?.update({ metadata: { seat: 5 } }))
    await ada.page.keyboard.press('Escape')
    await ada.choose('#hand')
    await hears(bo, texts.raisedHand('Ada'))
    await mark(bo, texts.raisedHand('Ada'))
    t.equal(await ada.page.getAttribute('#hand', 'aria-pressed'), 'true')
    await bo.page.keyboard.press('h')
    await mark(ada, `${texts.raisedHand('Bo')} ${texts.handPlace('2')}`)
    t.equal(await ada.page.textContent('#self-tile .hand-place'), '1')
    await ada.screenshot('hands-pair')

    await cy.join('beside', 'Cy')
    const { raisedHand, handPlace } = languages['zh-CN'].texts
    await mark(cy, `${raisedHand('Ada')} ${handPlace('1')}`)
    await mark(cy, `${raisedHand('Bo')} ${handPlace('2')}`)
    await cy.page.waitForFunction(() => document.querySelectorAll('.tile[data-state="live"]').length === 2)
    await cy.screenshot('hands-grid')
    await cy.page.evaluate(() => globalThis.signalboxCall?.update({ name: 'Cleo', metadata: { hand: 'x' } }))
    await ada.page.waitForSelector('.tile[aria-label="Cleo"]')
    await ada.choose('#hand')
    await mark(cy, raisedHand('Bo'))
    t.strictSame(
      await cy.page.evaluate(() => Array.from(globalThis.signalboxCall?.peers.values() ?? [], (peer) => peer.metadata)),
      [{ seat: 5 }, { hand: 2 }],
    )
    t.equal(await ada.page.locator('.hand-mark:visible').count(), 1)
    await bo.page.keyboard.press('h')
    await ada.page.waitForFunction(() => document.querySelectorAll('.hand-mark:not([hidden])').length === 0)
  })

  await t.test('who cannot be reached at the moment is named, and can be sent it again', async (t) => {
    const fillAndSend = (to: number) =>
      ada.page.evaluate((to) => {
        // All in one task, in which nobody can answer.
        for (const peer of [...(globalThis.signalboxCall?.peers.values() ?? [])].slice(0, to)) {
          // Small ones alone would be so many that whoever gets them is busy for half a minute.
          for (const message of ['x'.repeat(8000), 0]) {
            try {
              for (;;) peer.send(message)
            } catch {}
          }
        }
        document
          .querySelector('#chat-text')
          ?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
      }, to)
    await ada.page.keyboard.press('c')
    await ada.page.fill('#chat-text', 'one and all')
    await fillAndSend(2)
    t.equal(await ada.page.textContent('#chat-notice'), texts.waitsTooMuch)
    t.equal(await ada.page.inputValue('#chat-text'), 'one and all')
    await ada.page.waitForFunction(() =>
      Array.from(globalThis.signalboxCall?.peers.values() ?? []).every((peer) => {
        try {
          peer.send(0)
          return true
        } catch {
          return false
        }
      }),
    )
    await fillAndSend(1)
    t.equal(await ada.page.textContent('.entry-problem'), texts.notReached('Bo'))
    await ada.screenshot('chat-not-reached')
    await cy.page.click('#chat')
    await reads(cy, 'one and all')
    while (await ada.page.isVisible('.entry-problem')) await ada.page.click('.entry:has(.entry-problem) .quiet')
    await bo.page.click('#chat')
    await reads(bo, 'one and all')
    await ada.page.evaluate(() => {
      const call = globalThis.signalboxCall
      try {
        call?.send('x'.repeat(2 ** 20))
      } catch (error) {
        // The class that the page has is in its bundle.
        const detail = Reflect.construct(Object(error).constructor, ['undelivered', 'undelivered'])
        call?.dispatchEvent(new CustomEvent('error', { detail }))
      }
    })
    await hears(ada, texts.undelivered)
    t.equal(await ada.page.textContent('#chat-notice'), texts.undelivered)
    await looksRight(t, ada, 'chat')
  })

  await t.test('files are offered, accepted, refused and saved', async (t) => {
    const content = 'n'.repeat(100_000)
    await bo.page.setInputFiles('#chat-files', {
      name: 'notes.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from(content),
    })
    await hears(ada, `${texts.offersFile('Bo')} notes.txt (100 kB)`)
    await fileIs(ada, 'notes.txt', 'offered')
    await ada.page.evaluate(() => {
      globalThis.signalboxPlace.answer = 'no'
    })
    await ada.page.click(`[aria-label="${texts.acceptFile('notes.txt')}"]`)
    t.ok(await ada.page.isVisible(`[aria-label="${texts.acceptFile('notes.txt')}"]`), 'who chose no place still can')
    await ada.page.evaluate(() => {
      globalThis.signalboxPlace.answer = 'file'
    })
    await ada.page.click(`[aria-label="${texts.acceptFile('notes.txt')}"]`)
    await fileIs(ada, 'notes.txt', 'saved')
    t.equal(await ada.page.evaluate(() => document.activeElement?.id), 'chat-log', 'the focus is not lost')
    await hears(bo, texts.fileReached('Ada'))
    await fileIs(bo, 'notes.txt', 'done')
    t.equal(
      await ada.page.evaluate(async () => {
        const folder = await navigator.storage.getDirectory()
        return (await (await folder.getFileHandle('notes.txt')).getFile()).text()
      }),
      content,
    )
    await cy.page.click(`[aria-label="${languages['zh-CN'].texts.declineFile('notes.txt')}"]`)
    await fileIs(bo, 'notes.txt', 'refused')
    t.notOk(await isGuarded(bo))

    t.ok(await give(ada, 'dragover', 'page.html'))
    t.ok(await ada.page.isVisible('#drop-hint'))
    await ada.screenshot('drop-hint')
    t.ok(await give(ada, 'drop', 'page.html'))
    t.notOk(await ada.page.isVisible('#drop-hint'))
    await cy.page.evaluate(() => Reflect.deleteProperty(globalThis, 'showSaveFilePicker'))
    const zh = languages['zh-CN'].texts
    await fileIs(cy, 'page.html', 'offered')
    const byItself = cy.page.waitForEvent('download')
    await cy.page.click(`[aria-label="${zh.acceptFile('page.html')}"]`)
    t.equal((await byItself).suggestedFilename(), 'page.html')
    t.equal(await readFile(await (await byItself).path(), 'utf8'), 'all of page.html')
    await fileIs(cy, 'page.html', 'kept')
    const byHand = cy.page.waitForEvent('download')
    await cy.page.click(`[aria-label="${zh.saveFile('page.html')}"]`)
    t.equal((await byHand).suggestedFilename(), 'page.html')
    await fileIs(bo, 'page.html', 'offered')
    await bo.page.click(`[aria-label="${texts.acceptFile('page.html')}"]`)
    t.equal(await downloaded(bo, 'page.html'), 'all of page.html')
    await fileIs(bo, 'page.html', 'kept')
    await bo.page.click(`[aria-label="${texts.saveFile('page.html')}"]`)
    t.equal(await downloaded(bo, 'page(1).html'), 'all of page.html')
    t.equal(bo.page.url().split('#')[0], `${url.replace('ws', 'http')}/`, 'nothing was opened')
    await looksRight(t, cy, 'file-kept')

    t.ok(await give(ada, 'paste', 'picture.png'))
    await fileIs(bo, 'picture.png', 'offered')
    await ada.page.click(`[aria-label="${texts.cancelAllOf('picture.png')}"]`)
    await fileIs(ada, 'picture.png', 'cancelled')
    await fileIs(bo, 'picture.png', 'withdrawn')
    t.ok(await give(ada, 'drop', ...Array.from({ length: 11 }, (_, index) => `${index}`)))
    await hears(ada, texts.tooManyFiles)
    await ada.page.evaluate(() => {
      Reflect.set(DataTransferItem.prototype, 'webkitGetAsEntry', () => ({ isDirectory: true }))
    })
    t.ok(await give(ada, 'drop', 'folder'))
    await hears(ada, texts.noFolders)
  })

  await t.test('a transfer can be watched, cancelled on either side, and begun again', async (t) => {
    await ada.page.evaluate(() => {
      globalThis.signalboxPlace.waitsAfterBytes = 2_000_000
    })
    const buffer = Buffer.alloc(8_000_000)
    await bo.page.setInputFiles('#chat-files', { name: 'big.bin', mimeType: '', buffer })
    await fileIs(ada, 'big.bin', 'offered')
    await ada.page.click(`[aria-label="${texts.acceptFile('big.bin')}"]`)
    await fileIs(ada, 'big.bin', 'receiving')
    await fileIs(bo, 'big.bin', 'sending')
    await bo.page.waitForFunction(() =>
      /^2\d%$/.test(document.querySelector('[data-state="sending"] .delivery-state')?.textContent ?? ''),
    )
    t.strictSame(await Promise.all([ada, bo, cy].map(isGuarded)), [true, true, false])
    await looksRight(t, ada, 'file-receiving')
    await bo.screenshot('file-sending')
    t.strictSame(await faults(bo), [])
    await ada.page.click(`[aria-label="${texts.cancelFile('big.bin')}"]`)
    await fileIs(ada, 'big.bin', 'cancelled')
    await hears(bo, texts.fileLost('Ada'))
    t.strictSame(await Promise.all([ada, bo].map(isGuarded)), [false, false])
    await ada.page.evaluate(() => globalThis.signalboxPlace.release())
    const again = `[aria-label="${texts.offerAgainTo('Ada')}"]`
    await bo.page.locator(again).last().click()
    await fileIs(ada, 'big.bin', 'offered')
    await ada.page.evaluate(() => {
      globalThis.signalboxPlace.answer = 'broken'
    })
    await ada.page
      .locator(`[aria-label="${texts.acceptFile('big.bin')}"]`)
      .last()
      .click()
    await fileIs(ada, 'big.bin', 'unwritable')
    await hears(ada, texts.fileBroke('big.bin'))
    await bo.page.locator(again).last().click()
    await fileIs(ada, 'big.bin', 'offered')
    await ada.page.evaluate(() => {
      globalThis.signalboxPlace.answer = 'file'
    })
    await ada.page
      .locator(`[aria-label="${texts.acceptFile('big.bin')}"]`)
      .last()
      .click()
    await fileIs(ada, 'big.bin', 'receiving')
    await bo.page
      .locator(`[aria-label="${texts.cancelFor('Ada')}"]`)
      .last()
      .click()
    await fileIs(ada, 'big.bin', 'failed')
    await fileIs(bo, 'big.bin', 'cancelled')

    // Cleo has not answered.
    await fileIs(cy, 'big.bin', 'offered')
    await ada.page.evaluate(() => {
      const [, peer] = globalThis.signalboxCall?.peers.values() ?? []
      const huge = Object.defineProperty(new File(['x'], 'huge.iso'), 'size', { value: 2 ** 40 })
      peer?.sendFile(huge).catch(() => {})
    })
    await fileIs(cy, 'huge.iso', 'tooLarge')
    await cy.screenshot('file-too-large')
    await cy.page.click('#leave')
    await cy.view('end')
    await fileIs(bo, 'big.bin', 'left')
    await bo.screenshot('file-left')
  })

  await ada.page.click('#leave')
  await ada.view('end')
  await ada.page.click('#rejoin')
  await ada.view('call')
  t.equal(await ada.page.locator('.entry').count(), 0, 'what was said in a call goes with it')
  t.notOk(await ada.page.isVisible('#chat-panel'))
  t.strictSame(
    [ada, bo, cy].map(({ complaints }) => complaints),
    [['undelivered'], [], []],
  )
})
