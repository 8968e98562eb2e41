import { setTimeout as elapse } from 'node:timers/promises'
import type { Test } from 'tap'
import { type Balancer, startHaproxy } from '../haproxy.js'
import { Client } from '../helper.js'
import { start } from '../program.js'

/** All that comes through HAProxy comes from here. */
export const trusting = { SIGNALBOX_TRUST_PROXY: '127.0.0.1' }

export type Node = Awaited<ReturnType<typeof start>>
export type Joined = Client & { peerId: string }

/** Starts two nodes with these settings, and HAProxy in front of them with its own. */
export async function startTwo(
  t: Test,
  settings: Record<string, string> = {},
  balancing: Record<string, string> = {},
  file?: string,
): Promise<{ nodes: [Node, Node]; balancer: Balancer }> {
  const startOne = (): Promise<Node> => start(t, { ...trusting, ...settings })
  const nodes = await Promise.all([startOne(), startOne()])
  return { nodes, balancer: await startHaproxy(t, [nodes[0].url, nodes[1].url], balancing, file) }
}

/** Joins through the balancer, and finds out from the logs which node it came to. */
export async function joinSomewhere(
  t: Test,
  url: string,
  nodes: readonly Node[],
  roomId: string,
  more: object = {},
): Promise<{ member: Joined; node: Node }> {
  const member = await Client.join(t, url, roomId, more)
  for (;;) {
    const node = nodes.find(({ entries }) => entries.some(({ peerId }) => peerId === member.peerId))
    if (node !== undefined) return { member, node }
    // Lines of the log come together, within a tenth of a second.
    await elapse(10)
  }
}

/** Two members on one node, in one room. Of three that come one after the other two are on the same. */
export async function joinTogether(t: Test, url: string, nodes: readonly Node[], more: object = {}) {
  const alone = new Map<Node, Joined>()
  for (;;) {
    const { member: bo, node } = await joinSomewhere(t, url, nodes, 'together', more)
    const ada = alone.get(node)
    alone.set(node, bo)
    if (ada === undefined) continue
    await Promise.all([ada.next('ready'), bo.next('ready')])
    return { ada, bo, node }
  }
}

/** What a call says to come about, both ways. */
export async function exchange(t: Test, ada: Joined, bo: Joined): Promise<void> {
  for (const type of ['offer', 'answer'] as const) {
    ada.send({ type, sdp: 'v=0' })
    t.match(await bo.next(type), { sdp: 'v=0', from: ada.peerId })
    bo.send({ type: 'ice', candidate: null })
    t.match(await ada.next('ice'), { from: bo.peerId })
  }
}
