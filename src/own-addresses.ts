import { networkInterfaces } from 'node:os'

/**
 * The addresses of this machine's network cards, without its loopback. Also without those of a link alone (`fe80::`), which no
 * address bar takes.
 */
export function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return all.filter(({ internal, address }) => !internal && !/^fe[89ab]/i.test(address)).map(({ address }) => address)
}

/** Where a browser finds the service, on this machine first. @param host  what it listens on */
export function addressesToOpen(host: string, port: number): string[] {
  const hosts =
    host === '::' || host === '0.0.0.0'
      ? ['localhost', ...ownAddresses().filter((address) => host === '::' || !address.includes(':'))]
      : [host]
  return hosts.map((name) => new URL(`https://${name.includes(':') ? `[${name}]` : name}:${port}`).origin)
}
