/** Where a baseline listens. The only thing that is asked of it beside its own defaults. */
export const port = Number(process.env['PORT'])
export const host = process.env['HOST'] ?? '127.0.0.1'
