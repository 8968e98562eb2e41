/** Not in every browser, nor in the types of any. */
interface NetworkInformation extends EventTarget {
  /** `wifi`, `cellular`, `ethernet`, … */
  readonly type?: string
}

/**
 * Tells when this device is on another network now: back online, or from Wi-Fi to mobile, where the browser can tell. What
 * went over the old one is lost, and need not be waited for.
 *
 * @see https://wicg.github.io/netinfo/
 */
export function onNetworkChange(listener: () => void, signal: AbortSignal): void {
  globalThis.addEventListener('online', listener, { signal })
  const network = 'connection' in navigator ? navigator.connection : undefined
  if (!isNetworkInformation(network)) return
  let { type } = network
  const listen = (): void => {
    // It also tells of every new estimate of how fast the network is.
    if (network.type === type) return
    type = network.type
    listener()
  }
  network.addEventListener('change', listen, { signal })
}

function isNetworkInformation(value: unknown): value is NetworkInformation {
  return value instanceof EventTarget
}
