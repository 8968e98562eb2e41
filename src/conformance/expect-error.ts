import type { ErrorCode } from '../../schemas/index.js'
import type { Client } from './client.js'
import { requireMatch } from './message.js'

/** With that code, if it has any: there are servers without codes. */
export async function expectError(client: Client, code: ErrorCode): Promise<void> {
  const error = await client.expect({ type: 'error' })
  if ('code' in error) requireMatch({ code }, error)
}
