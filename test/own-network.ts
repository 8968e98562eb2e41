import { spawnSync } from 'node:child_process'

/** The address of the one network card that a program run by `inOwnNetwork` finds. */
export const cardAddress = '10.99.0.1'
/** Where everything else would be; nobody is there. */
export const gateway = '10.99.0.2'

const make = [
  'ip link set lo up',
  'ip link add card0 type veth peer name card1',
  `ip addr add ${cardAddress}/24 dev card0`,
  'ip link set card0 up',
  'ip link set card1 up',
  `ip route add default via ${gateway} dev card0`,
].join(' && ')

/**
 * Gives a program a network of its own, by root or by an unprivileged user namespace: nothing comes from outside, browsers
 * find a plain network card, and a test can cut it.
 *
 * @returns the command that runs the program so, and `SIGNALBOX_TEST_NETWORK` for its environment: what cuts the network off
 *          must know that it is not the machine's. `undefined` where the system does not let us.
 */
export function inOwnNetwork(
  program: string,
  args: readonly string[],
): { command: string; args: string[]; env: { SIGNALBOX_TEST_NETWORK: 'own' } } | undefined {
  const options = [process.getuid?.() === 0 ? '-n' : '-rn', '--', 'sh', '-c']
  if (spawnSync('unshare', [...options, make]).status !== 0) return undefined
  return {
    command: 'unshare',
    args: [...options, `${make} && exec "$@"`, 'sh', program, ...args],
    env: { SIGNALBOX_TEST_NETWORK: 'own' },
  }
}
