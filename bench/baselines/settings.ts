/** Where a baseline listens. The only thing that is asked of it beside its own defaults. */
export const port = Number(process.env['PORT'])
export const host = process.env['HOST'] ?? '127.0.0.1'
/** What several of it share; and whether clients get again what they have missed. */
export const redisUrl = process.env['REDIS_URL'] ?? ''
export const isRecovering = process.env['RECOVERY'] === 'true'
