import fc from 'fast-check'
import { closeCodes } from '../../schemas/index.js'
import { Mismatch } from './expectation.js'
import { FuzzPeer } from './fuzz-peer.js'
import { unhurried } from './message-fuzz.js'
import { isSwift, template } from './message-grammar.js'
import { ModelMember } from './model-room.js'
import { Target } from './target.js'
import { World } from './world.js'

const { maxMalformedMessages } = unhurried
/** More than can be read in `overloadMs` at the default rate. */
const flood = 400

/**
 * Sends more than may be sent to a service with the limits that it has by itself (but for how long it looks on, and malformed
 * messages): what was read is answered right, and in the end the socket is closed with 4100.
 *
 * @returns how many messages
 */
export async function floodIt(seed: number): Promise<number> {
  const target = await Target.start({ overloadMs: 500, maxMalformedMessages })
  try {
    const world = new World({ isGuarded: false, maxMalformedMessages, tally: new Map() })
    const [ada, bo] = [new ModelMember(), new ModelMember()]
    const [listening, pest] = [await FuzzPeer.connect(target.url), await FuzzPeer.connect(target.url)]
    const say = (member: ModelMember, peer: FuzzPeer, text: string): void => {
      world.send(member, text)
      peer.send(text)
    }
    const join = '{"type":"join","roomId":"flood"}'
    say(ada, listening, join)
    ada.listener.compare(await listening.settled())
    say(bo, pest, join)
    bo.listener.compare(await pest.settled())
    ada.listener.compare(await listening.settled())
    const templates = fc.sample(template.filter(isSwift), { numRuns: flood, seed })
    for (const text of templates) say(bo, pest, text.replaceAll(/@[A-Z]+@/g, '1'))
    const told = await pest.settled()
    if (pest.closeCode !== closeCodes.tooManyMessages.code)
      throw new Mismatch(`closed with ${pest.closeCode}, not with 4100`)
    bo.listener.compare(told, true)
    await listening.hears('peer-left')
    const heard = await listening.settled()
    if (!heard.pop()?.startsWith('{"type":"peer-left"')) throw new Mismatch('something comes after peer-left')
    ada.listener.compare(heard, true)
    await listening.close()
    await target.settle()
    await target.stop()
    return templates.length
  } finally {
    target.kill()
  }
}
