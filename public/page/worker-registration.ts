/**
 * Trusted Types (W3C, not in TypeScript's library): what a policy has made stands for a text where the page's policy asks for it.
 */
interface ScriptAddressPolicy {
  createScriptURL(address: string): string
}

declare global {
  var trustedTypes:
    | { createPolicy(name: string, rules: { createScriptURL(): string }): ScriptAddressPolicy }
    | undefined
}

const workerAddress = './service-worker.js'

/**
 * Registers the service worker that says so when one is offline. Not in a frame, where the page is part of another one, and the
 * browser keeps things for it elsewhere; and not where the application that embeds the service has one for the same pages.
 */
export async function registerWorker(): Promise<void> {
  if (window.top !== window.self) return
  // Not there in an insecure context, nor in some private windows.
  const workers: ServiceWorkerContainer | undefined = navigator.serviceWorker
  if (workers === undefined) return
  try {
    const present = await workers.getRegistration('./')
    const own = new URL(workerAddress, location.href).href
    const current = present?.active?.scriptURL ?? own
    if (present?.scope === new URL('./', location.href).href && current !== own) return
    await workers.register(trusted(), { updateViaCache: 'none' })
  } catch {
    // Browsers refuse it in their own ways, behind a certificate that they do not know for one. Nothing else depends on it.
  }
}

/** The only address of a script that the page's policy lets through, whatever anybody asks for: this one. */
function trusted(): string {
  const policy = globalThis.trustedTypes?.createPolicy('signalbox-worker', { createScriptURL: () => workerAddress })
  return policy?.createScriptURL('') ?? workerAddress
}
