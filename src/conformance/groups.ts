/** What the rows of the protocol are sorted by. All but the first are additions, which a server may do without. */
export const groups = ['base', 'identity', 'profiles', 'many', 'errors', 'resume', 'doors', 'close-codes'] as const

export type Group = (typeof groups)[number]
