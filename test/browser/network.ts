import { spawnSync } from 'node:child_process'
import type { Test } from 'tap'
import { gateway } from '../own-network.js'

/**
 * Cuts every UDP packet off, so that media stops while the service is still heard; or loses only some of them.
 *
 * @param percent  how many of a hundred are lost
 * @returns        ends it
 */
export function loseUdp(t: Test, percent = 100): () => void {
  inOwnNetwork(
    'nft',
    ['-f', '-'],
    `table inet cut {
      chain in {
        type filter hook input priority 0
        meta l4proto udp ${percent === 100 ? '' : `numgen random mod 100 < ${percent}`} drop
      }
    }
    `,
  )
  let isLosing = true
  const end = (): void => {
    if (!isLosing) return
    isLosing = false
    inOwnNetwork('nft', ['delete', 'table', 'inet', 'cut'])
  }
  t.teardown(end)
  return end
}

/** Gives the network card another address, as a laptop gets one that changes to another Wi-Fi. */
export function changeAddress(t: Test, from: string, to: string): void {
  const change = (old: string, next: string): void => {
    inOwnNetwork('ip', ['address', 'del', `${old}/24`, 'dev', 'card0'])
    inOwnNetwork('ip', ['address', 'add', `${next}/24`, 'dev', 'card0'])
    // With the address went the route.
    inOwnNetwork('ip', ['route', 'replace', 'default', 'via', gateway, 'dev', 'card0'])
  }
  change(from, to)
  t.teardown(() => change(to, from))
}

function inOwnNetwork(program: string, args: readonly string[], input = ''): void {
  // It would cut off the machine itself.
  if (process.env['SIGNALBOX_TEST_NETWORK'] !== 'own') {
    throw new Error("only in a network that is the test's own")
  }
  const { status, stderr, error } = spawnSync(program, args, { input, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`)
}
