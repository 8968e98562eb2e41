/**
 * What can be wrong with a STUN or TURN server, as the check finds it: the closed list. What is said of a fault is
 * `what`, in brackets the details of the case, and `remedy`.
 */
export const turnFaults = {
  unresolved: {
    what: 'its name leads to no address',
    remedy: 'Look for a slip in the name, and at the DNS of this machine.',
  },
  refused: {
    what: 'nothing listens on its port',
    remedy: 'Start the TURN server, or mend the port; over UDP also look at `listening-ip`.',
  },
  unreachable: {
    what: 'it does not answer',
    remedy:
      'Open its port in every firewall on the way, for this transport; over UDP it can also be that nothing runs there.',
  },
  'no-turn': {
    what: 'something is there, but not a server of this kind',
    remedy: 'Look at the port, and at what listens there: a STUN server alone does not relay.',
  },
  'wrong-secret': {
    what: 'it refuses our passwords',
    remedy:
      'Set `use-auth-secret` there, and the same secret here and there (`SIGNALBOX_TURN_SECRETS`, `static-auth-secret`).',
  },
  'clock-skew': {
    what: 'its clock is ahead of the one here: our passwords have ended there before they are made',
    remedy: 'Set both clocks by NTP.',
  },
  'stale-nonce': {
    what: 'it does not know its own nonce again',
    remedy:
      'Several servers stand behind this address: have each client sent to the same one, or list each by its name.',
  },
  'tls-name': {
    what: 'its certificate is for another name',
    remedy: 'Get one for the name in the URL, or write the URL with the name in the certificate.',
  },
  'tls-untrusted': {
    what: 'its certificate is signed by nobody known, or intermediate ones are missing',
    remedy: 'Give it the whole chain (`fullchain.pem`) of a public authority, as browsers know no other.',
  },
  'tls-expired': {
    what: 'its certificate is not valid today',
    remedy: 'Renew it, and have the server load it (coturn: SIGUSR2); or set the clock.',
  },
  'tls-failed': {
    what: 'no TLS connection comes about',
    remedy:
      'Look at the port (TLS is on 5349 by default), and whether it has a certificate and a key that it can read.',
  },
  quota: {
    what: 'it gives no more allocations: a quota of its own is used up',
    remedy: 'Raise `user-quota` or `total-quota`, if these are people in calls.',
  },
  capacity: {
    what: 'it has no room for another allocation',
    remedy: 'Give it more ports (`min-port`, `max-port`), or more bandwidth (`bps-capacity`).',
  },
  forbidden: {
    what: 'it forbids it',
    remedy: 'Look at its lists of allowed and denied addresses.',
  },
  'alternate-server': {
    what: 'it sends everybody to another server',
    remedy: 'List that one, as not every browser follows.',
  },
  unsupported: {
    what: 'no browser uses it like this',
    remedy: 'Write `turns:host:port?transport=tcp`: TLS over TCP.',
  },
  error: {
    what: 'it answers with an error',
    remedy: 'Look at its log.',
  },
} as const satisfies Record<string, Advice>

/** What is worth knowing of a server that works: the closed list. */
export const turnWarnings = {
  open: {
    what: 'it relays for everybody, without a password',
    remedy: 'Set `use-auth-secret`.',
  },
  inside: {
    what: 'it would relay to link-local addresses, where clouds keep the keys of their machines',
    remedy: 'Deny private addresses as deploy/coturn/turnserver.conf does.',
  },
  'private-relay': {
    what: 'the address it relays at is a private one, which others cannot reach',
    remedy: 'Give it its public address as `external-ip`.',
  },
  'later-secret': {
    what: 'it refuses the first of our secrets and accepts a later one, which is used',
    remedy: 'Give it the first one too, or take that away here.',
  },
} as const satisfies Record<string, Advice>

interface Advice {
  readonly what: string
  readonly remedy: string
}

export type TurnFault = keyof typeof turnFaults
export type TurnWarning = keyof typeof turnWarnings

/** A server that cannot be used. */
export class TurnFailure extends Error {
  override name = 'TurnFailure'
  readonly fault: TurnFault
  /** More of the case in hand; free of secrets. */
  readonly detail: string | undefined

  constructor(fault: TurnFault, detail?: string) {
    super(sentence(turnFaults[fault], detail))
    this.fault = fault
    this.detail = detail
  }
}

/** @returns  in words what is wrong, and what to do */
export function sentence({ what, remedy }: Advice, detail?: string): string {
  return `${what}${detail === undefined ? '' : ` (${detail})`}. ${remedy}`
}
