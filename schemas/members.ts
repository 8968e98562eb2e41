import { type Static, Type } from '@sinclair/typebox'
import { PeerId } from './identifiers.js'

/** What a member wants to be called: any text, shown to the others, bounded by `maxNameLength`. */
export const Name = Type.String({
  description: 'What the member wants to be called. Not an identity: anybody may take any name.',
})
export type Name = Static<typeof Name>

/** What a member may do in its room: a host may say who is in it. */
export const Role = Type.Union([Type.Literal('host'), Type.Literal('guest')], {
  description: 'What the member may do: a host may say who is in the room.',
})
export type Role = Static<typeof Role>

/** How one gets into a room: simply; after a host has let one in; or, being no host, not at all. */
export const Door = Type.Union([Type.Literal('open'), Type.Literal('knock'), Type.Literal('locked')], {
  description:
    '`open`: whoever may join comes in. `knock`: guests wait until a host lets them in. `locked`: no guest comes in.',
})
export type Door = Static<typeof Door>

/** What an application wants to be known about a member: a JSON object, bounded by `maxMetadataBytes`, never read here. */
export const Metadata = Type.Record(Type.String(), Type.Unknown(), {
  description: "The application's own about the member: a JSON object. Not to be trusted: the member wrote it.",
})
export type Metadata = Static<typeof Metadata>

/** What a member says it is sending. The `mute` event of a remote track cannot be relied on for it. */
export const Media = Type.Object(
  {
    mic: Type.Optional(Type.Boolean()),
    camera: Type.Optional(Type.Boolean()),
    screen: Type.Optional(Type.Boolean()),
  },
  { description: 'What the member says it is sending.' },
)
export type Media = Static<typeof Media>

const profile = {
  name: Type.Optional(Name),
  metadata: Type.Optional(Metadata),
  media: Type.Optional(Media),
}

/** What a member says about itself. */
export const Profile = Type.Object(profile, { description: 'What a member says about itself.' })
export type Profile = Static<typeof Profile>

/** A member as the others see it. */
export const Member = Type.Object(
  { peerId: PeerId, role: Type.Optional(Role), ...profile },
  { description: 'A member as the others see it.' },
)
export type Member = Static<typeof Member>
