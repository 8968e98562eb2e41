import { closeCodes } from '../../schemas/index.js'
import { macOf } from '../resuming-client.js'
import { Mismatch } from './expectation.js'
import { FuzzPeer } from './fuzz-peer.js'
import type { Template } from './message-grammar.js'
import { ModelMember } from './model-room.js'
import type { Target } from './target.js'
import { World } from './world.js'

/** How things are when somebody begins to send what nobody should. */
export interface Scene {
  readonly name: string
  readonly kind: 'stranger' | 'alone' | 'pair' | 'three' | 'numbered' | 'knocking' | 'hosting'
  /** Whether the first of the others can resume. */
  readonly hearsNumbered: boolean
  readonly templates: readonly Template[]
}

export interface SceneOptions {
  readonly target: Target
  readonly maxMalformedMessages: number
  readonly isGuarded: boolean
  /** Counts what was to be expected. */
  readonly tally: Map<string, number>
}

class Player extends ModelMember {
  peer: FuzzPeer

  constructor(peer: FuzzPeer) {
    super()
    this.peer = peer
  }

  async compare(): Promise<void> {
    this.listener.compare(await this.peer.settled())
    const { closeCode } = this.peer
    if (closeCode !== this.closedWith) throw new Mismatch(`closed with ${closeCode}, not with ${this.closedWith}`)
  }
}

/** So much is sent before the other sockets are read. */
const sentTogether = 100
/** So much somebody says who has left before it comes back. */
const outsideFor = 3

/**
 * Plays one scene on real sockets, and compares everything that everybody in it is sent with what the model says.
 *
 * @returns how many frames of those were sent
 * @throws  Mismatch
 */
export async function play(scene: Scene, { target, ...options }: SceneOptions): Promise<number> {
  const roomId = scene.name
  const world = new World(options)
  const players = await Promise.all(castOf(scene.kind).map(async () => new Player(await FuzzPeer.connect(target.url))))
  const [sender, ada, bo] = players
  if (sender === undefined) throw new RangeError('nobody plays')
  const say = (player: Player, text: string): void => {
    world.send(player, text)
    player.peer.send(text)
  }
  const enter = async (player: Player, more: object): Promise<void> => {
    say(player, JSON.stringify({ type: 'join', roomId, capacity: 3, ...more }))
    for (const each of players) await each.compare()
  }
  if (ada !== undefined)
    await enter(ada, {
      name: 'Ada',
      updates: true,
      resume: scene.hearsNumbered,
      ...(options.isGuarded && { token: 'host' }),
    })
  if (bo !== undefined) await enter(bo, { name: 'Bo', metadata: { a: 1 } })
  const own = { resume: scene.kind === 'numbered', ...(scene.kind === 'hosting' && { token: 'host', updates: true }) }
  const returning = JSON.stringify({ type: 'join', roomId, capacity: 3, ...own })
  if (scene.kind !== 'stranger') await enter(sender, own)

  const names: Record<string, string> = {
    ROOM: roomId,
    A: nameOf(ada),
    B: nameOf(bo),
    S: nameOf(sender),
    SEQ: '0',
  }
  let sent = 0
  let outside = 0
  for (const [k, template] of scene.templates.entries()) {
    sent += 1
    outside = sender.standing.place === 'roomless' ? outside + 1 : 0
    if (scene.kind !== 'stranger' && outside > outsideFor) say(sender, returning)
    const received = sender.standing.received ?? k
    const numbers: Record<string, string> = { N: `${received + 1}`, BEHIND: `${received}`, AHEAD: `${received + 2}` }
    const text = template.replaceAll(/@([A-Z]+)@/g, (_all, name: string) => numbers[name] ?? names[name] ?? '')
    // Half a character cannot be sent.
    say(sender, Buffer.from(text).toString())
    if (k % sentTogether === sentTogether - 1) await new Promise(setImmediate)
    if (sender.closedWith !== undefined) break
    if (k === scene.templates.length >> 1) await comeBack(sender, world, target.url)
  }
  // Before the others are asked, all that it has sent must be done with.
  await sender.compare()
  const closed = players.filter(({ closedWith }) => closedWith !== undefined)
  for (const player of closed) await player.compare()
  if (closed.length > 0) await target.settle(players.length - closed.length)
  for (const player of players) await player.compare()
  for (const player of players) {
    if (player.closedWith === undefined) say(player, '{"type":"leave"}')
    for (const each of players) await each.compare()
  }
  await Promise.all(players.map(({ peer }) => peer.close()))
  target.check()
  await target.settle()
  return sent
}

/** Over another socket, for who has a seat to come back to. */
async function comeBack(player: Player, world: World, url: string): Promise<void> {
  await player.compare()
  if (player.seat?.isResumable !== true) return
  const { peerId, room } = player.seat
  const { key, seq } = player.listener.session
  const mac = macOf(key, 'resume', room.roomId, peerId ?? '', 1, seq)
  const former = player.peer
  player.peer = await FuzzPeer.connect(url)
  const text = JSON.stringify({ type: 'resume', roomId: room.roomId, peerId, attempt: 1, seq, mac })
  world.resumed(player, text)
  player.peer.send(text)
  await player.compare()
  const code = await former.closed
  if (code !== closeCodes.replaced.code) throw new Mismatch(`the former socket is closed with ${code}`)
}

function nameOf(player: Player | undefined): string {
  return player?.seat?.peerId ?? player?.knock?.peerId ?? 'nobody'
}

function castOf(kind: Scene['kind']): readonly string[] {
  const cast = {
    stranger: ['S', 'A'],
    alone: ['S'],
    pair: ['S', 'A'],
    three: ['S', 'A', 'B'],
    numbered: ['S', 'A'],
    knocking: ['S', 'A'],
    hosting: ['S', 'A', 'B'],
  }
  return cast[kind]
}
