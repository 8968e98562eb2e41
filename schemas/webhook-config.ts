import { type Static, Type } from '@sinclair/typebox'
import { list, ms, secret } from './setting-kinds.js'

/** Who is told of what happens in rooms. */
export const WebhookConfig = Type.Object({
  webhookUrls: list(Type.String({ pattern: '^https?://[^\\s]+$', maxLength: 2048 }), {
    description:
      'Each is told with a POST when a room begins or ends, and when somebody comes or goes. Empty: nobody is.',
  }),
  webhookSecrets: list(secret, {
    description: 'With what these requests are signed, 32 characters or more each; with two, each signs.',
  }),
  webhookTimeoutMs: ms(5000, 'How long an answer to such a request may take. Over it the same is sent again.'),
  webhookRetryMs: ms(
    3_600_000,
    'For how long something is sent again and again that is not taken, each time after a longer while. Then it is lost.',
  ),
  maxQueuedWebhooks: Type.Integer({
    default: 10_000,
    minimum: 1,
    maximum: 1_000_000,
    description: 'How much may wait for each of these addresses. What comes then is lost, and the log says how much.',
  }),
})
export type WebhookConfig = Static<typeof WebhookConfig>
