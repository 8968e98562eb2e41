import { type Static, Type } from '@sinclair/typebox'
import { list, ms, secret, webAddress } from './setting-kinds.js'

/** Who may come in. Without any key, secret or hook: everybody, as in the base protocol. */
export const AccessConfig = Type.Object({
  tokenSecrets: list(secret, {
    description:
      'Shared secrets for room tokens signed with HS256, 32 characters or more each. All of them are accepted, the first one signs: two at a time for a change.',
  }),
  tokenPublicKeys: Type.String({
    default: '',
    maxLength: 65_536,
    isFileToo: true,
    description:
      'Public keys for room tokens signed with EdDSA, ES256 or RS256: PEM blocks, one after the other, or a JWK Set. Each key is good for its own algorithm alone.',
  }),
  tokenJwksUrl: Type.String({
    ...webAddress,
    description: 'Where a JWK Set with such keys is to be fetched, and fetched again, `https:` or `http:`.',
  }),
  tokenIssuer: Type.String({ default: '', description: 'The `iss` that a token must have. Empty: any, or none.' }),
  tokenAudience: Type.String({ default: '', description: 'The `aud` that a token must have. Empty: any, or none.' }),
  apiKeys: list(secret, {
    description:
      'Keys with which `POST /tokens` makes room tokens, 32 characters or more each. Without one there is no such address.',
  }),
  adminKeys: list(secret, {
    description:
      'Keys with which `/admin` can be used, to see all rooms and to have them under control, 32 characters or more each. Other ones than `apiKeys`, which only let people in. Without one there is no such address.',
  }),
  publicUrl: Type.String({
    ...webAddress,
    description: 'The address of the call page as people reach it, for invite links. Empty: as the request has it.',
  }),
  authorizeUrl: Type.String({
    ...webAddress,
    description: 'Asked with a POST about everybody who wants to join, after the token. Empty: nobody is asked.',
  }),
  authorizeSecrets: list(secret, {
    description: 'With what these requests are signed, 32 characters or more each; with two, each signs.',
  }),
  authorizeTimeoutMs: ms(5000, 'How long that answer may take. Over it nobody gets in.'),
  duplicateIdentity: Type.Union([Type.Literal('allow'), Type.Literal('replace'), Type.Literal('reject')], {
    default: 'allow',
    description:
      'What becomes of a second member of a room with the same `sub` in its token: it is let in beside the first, in its place, or not.',
  }),
  waitingRoom: Type.Boolean({
    default: false,
    description: 'Whether guests knock, and wait for a host to let them in, from the beginning of every room.',
  }),
})
export type AccessConfig = Static<typeof AccessConfig>
