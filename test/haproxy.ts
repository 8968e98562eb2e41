import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { freePort } from './free-port.js'

/** The configuration that we ship. */
export const haproxyFile = fileURLToPath(new URL('../../deploy/haproxy/haproxy.cfg', import.meta.url))

/** Debian has it where only root's shell looks. */
export const haproxyPath = `${process.env['PATH']}:/usr/sbin`

/** A real HAProxy on this machine. */
export interface Balancer {
  readonly url: string
  /** `wss:`, where it was given a certificate. */
  readonly secureUrl: string
  /** Waits for a line of its log that has this in it, and has not been waited for. */
  said(part: string): Promise<void>
  /** As an operator does after a change of the file; resolves when the new process has taken over. */
  reload(): Promise<void>
}

/**
 * Starts HAProxy with our configuration in front of two nodes; it is stopped when the test is over.
 *
 * @param nodes  where they are, `ws:` or `http:`
 * @param file   another configuration than ours
 */
export async function startHaproxy(
  t: Test,
  nodes: readonly [string, string],
  settings: Readonly<Record<string, string>> = {},
  file = haproxyFile,
): Promise<Balancer> {
  const [port, securePort] = [await freePort(), await freePort()]
  const child = spawn('haproxy', ['-W', '-db', '-f', file], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: haproxyPath,
      SIGNALBOX_NODE_1: new URL(nodes[0]).host,
      SIGNALBOX_NODE_2: new URL(nodes[1]).host,
      BALANCER_HTTP_BIND: `127.0.0.1:${port}`,
      BALANCER_HTTPS_BIND: `127.0.0.1:${securePort}`,
      BALANCER_HEALTH_BIND: `127.0.0.1:${await freePort()}`,
      // What it comes with needs more open files than a machine for tests may give.
      BALANCER_MAX_CONNECTIONS: '500',
      ...settings,
    },
  })
  const exited = once(child, 'exit')
  t.teardown(async () => {
    child.kill('SIGTERM')
    await exited
  })
  const lines: string[] = []
  let wake = (): void => {}
  let isOver = false
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => {
      lines.push(line)
      wake()
    })
  }
  exited.then(() => {
    isOver = true
    wake()
  })
  const said = async (part: string): Promise<void> => {
    for (;;) {
      const index = lines.findIndex((line) => line.includes(part))
      if (index >= 0) {
        lines.splice(0, index + 1)
        return
      }
      if (isOver) throw new Error(`HAProxy has ended: ${lines.join('\n')}`)
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
  const isLoaded = 'Loading success'
  await said(isLoaded)
  return {
    url: `ws://127.0.0.1:${port}`,
    secureUrl: `wss://127.0.0.1:${securePort}`,
    said,
    async reload() {
      child.kill('SIGUSR2')
      await said(isLoaded)
    },
  }
}
