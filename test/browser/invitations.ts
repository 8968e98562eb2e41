/** A service whose rooms want invitations, and the key of the application that makes these. */
const apiKey = 'the key of the application that makes invitations'
export const access = { tokenSecrets: ['the secret with which invitations are signed'], apiKeys: [apiKey] }

/** Makes an invitation, as somebody without code of their own does. @returns the link */
export async function invite(
  url: string,
  claims: { readonly room: string } & Readonly<Record<string, unknown>>,
): Promise<string> {
  const reply = await fetch(`${url.replace('ws', 'http')}/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(claims),
  })
  const { link }: { link?: unknown } = Object(await reply.json())
  if (typeof link !== 'string') throw new Error(`no link: ${reply.status}`)
  return link
}
