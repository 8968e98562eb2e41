import { type Static, Type } from '@sinclair/typebox'

const path = { default: '', maxLength: 4096, form: 'the path of a file' }

/** With what the process speaks HTTPS and WSS by itself. Both or neither. */
export const TlsConfig = Type.Object({
  tlsCert: Type.String({
    ...path,
    description:
      'PEM file with the certificate and those that lead from it to the authority (`fullchain.pem`). With it the port speaks HTTPS and WSS, and nothing else; a file that changes is read again.',
  }),
  tlsKey: Type.String({
    ...path,
    description: 'PEM file with the private key of that certificate, without a passphrase.',
  }),
})
export type TlsConfig = Static<typeof TlsConfig>
