import type { ClientMessage, Media } from '../../schemas/index.js'
import type { Slot } from './slots.js'

/** What the others can know of you besides what you send. */
export interface Profile {
  /** What to be called. */
  readonly name?: string | undefined
  /** The application's own: at most 1024 bytes as JSON. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/** A track in a slot. Muted, it stays there and sends silence or black. */
export interface Publication {
  readonly track: MediaStreamTrack | null
  readonly isMuted: boolean
}

/** What a `Call` says of itself to the service: when it joins, each time anew, and when something changes. */
export class OwnProfile {
  readonly room: string
  /** What is in each slot. */
  readonly publications = new Map<Slot, Publication>()
  readonly #capacity: number | undefined
  /** With it the service has let this one in. */
  readonly #first: Profile
  #profile: Profile
  #givenName: string | undefined
  #updates = 0
  /** The last update that has changed a field: a refusal of an earlier one is of no interest any more. */
  readonly #changedBy: Partial<Record<keyof Profile, number>> = {}

  constructor({ room, capacity, name, metadata }: Profile & { readonly room: string; readonly capacity?: number }) {
    this.room = room
    this.#capacity = capacity
    this.#first = { name, metadata: copyOf(metadata) }
    this.#profile = this.#first
  }

  get name(): string | undefined {
    return this.#givenName ?? this.#profile.name
  }

  /** What the service calls this one, whatever it says itself; undefined where it is free to say. */
  set givenName(name: string | undefined) {
    this.#givenName = name
  }

  /** Whether the name is not this one's to say. */
  get isNameGiven(): boolean {
    return this.#givenName !== undefined
  }

  get metadata(): Readonly<Record<string, unknown>> | undefined {
    return this.#profile.metadata
  }

  /** Whether somebody who looks or listens gets something in a slot. */
  isSending(slot: Slot): boolean {
    const publication = this.publications.get(slot)
    return publication?.track != null && !publication.isMuted
  }

  /** The message with which to enter the room. */
  join(): ClientMessage<'join'> {
    const { name, metadata } = this.#profile
    return {
      type: 'join',
      roomId: this.room,
      ...(name && { name }),
      ...(this.#capacity !== undefined && { capacity: this.#capacity }),
      ...(metadata && { metadata: { ...metadata } }),
      media: this.#media(),
      updates: true,
    }
  }

  /**
   * Takes a change in; a field that is there, if only as undefined, replaces what was.
   *
   * @returns the message that says so
   * @throws  TypeError for `metadata` that JSON cannot carry
   */
  update(change: Profile): ClientMessage<'update'> {
    const metadata = 'metadata' in change ? copyOf(change.metadata) : this.#profile.metadata
    this.#profile = { ...this.#profile, ...change, metadata }
    this.#updates += 1
    for (const field of ['name', 'metadata'] as const) if (field in change) this.#changedBy[field] = this.#updates
    return { ...this.#saying(change), id: this.#updates }
  }

  /** The message that says all that the others can know. */
  updateAll(): ClientMessage<'update'> {
    this.#updates += 1
    Object.assign(this.#changedBy, { name: this.#updates, metadata: this.#updates })
    return { ...this.#saying({ name: undefined, metadata: undefined }), media: this.#media(), id: this.#updates }
  }

  #saying(change: Profile): ClientMessage<'update'> {
    const { name, metadata } = this.#profile
    return {
      type: 'update',
      // Where it is given, to say it is an error.
      ...('name' in change && !this.isNameGiven && { name: name ?? null }),
      ...('metadata' in change && { metadata: metadata === undefined ? null : { ...metadata } }),
    }
  }

  /**
   * The service has refused a change: said again on the next `join`, it would cost the call. What counts is what was there at
   * first.
   *
   * @param id  of the refused message
   * @returns   the message that says so; undefined where the field has been changed since
   */
  takeBack(field: keyof Profile, id: unknown): ClientMessage<'update'> | undefined {
    if (id !== undefined && id !== this.#changedBy[field]) return undefined
    return this.update({ [field]: this.#first[field] })
  }

  /** The message that says what is being sent now. */
  mediaUpdate(): ClientMessage<'update'> {
    return { type: 'update', media: this.#media() }
  }

  #media(): Media {
    return { mic: this.isSending('mic'), camera: this.isSending('camera'), screen: this.isSending('screen') }
  }
}

/** As the others will get it; whatever is changed in the original later, they are not told of. */
function copyOf(metadata: Profile['metadata']): Profile['metadata'] {
  return metadata === undefined ? undefined : JSON.parse(JSON.stringify(metadata))
}
