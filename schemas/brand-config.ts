import { type Static, Type } from '@sinclair/typebox'

/** As whose the pages show themselves. */
export const BrandConfig = Type.Object({
  brandName: Type.String({
    default: 'Signalbox',
    pattern: '^(?=.*\\S)[^\\x00-\\x1f\\x7f]+$',
    maxLength: 40,
    form: 'a name in one line, of up to 40 characters',
    description: 'What the pages, their titles and the installed app call the service.',
  }),
  brandColor: Type.String({
    default: '',
    pattern: '^(#[\\da-fA-F]{6})?$',
    form: 'a color such as #0b6b4f',
    description:
      'The color of buttons, links and the icon. Where it would not be seen well it is used lighter or darker, in each theme by itself. Empty: green.',
  }),
  brandLogo: Type.String({
    default: '',
    maxLength: 4096,
    form: 'the path of a file',
    description:
      'SVG or PNG file, 256 KiB at the most, that is the logo on the pages and the icon of the app; square. Read at the start. Empty: a signal.',
  }),
})
export type BrandConfig = Static<typeof BrandConfig>
