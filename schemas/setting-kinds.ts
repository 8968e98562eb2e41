import { type TSchema, Type } from '@sinclair/typebox'

/** A time in milliseconds, up to a day. */
export const ms = (defaultMs: number, description: string, minimum = 1) =>
  Type.Integer({ default: defaultMs, minimum, maximum: 86_400_000, description })

/** Several of a kind; in the environment with commas or white space between them. Default: none. */
export const list = <Item extends TSchema>(items: Item, { description }: { readonly description: string }) =>
  Type.Array(items, { default: [], maxItems: 16, description })

/** What nobody may see: not repeated in errors. */
export const secret = Type.String({ minLength: 32, maxLength: 1024, isSecret: true })

/** An address of the Web, or none. */
export const webAddress = { default: '', pattern: '^(https?://[^\\s]+)?$', maxLength: 2048 }
