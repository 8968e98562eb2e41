import type { Handler } from './handler.js'

/** Its arrival is all that it says; whoever reads the socket has seen it. */
export const pong: Handler<'pong'> = () => {}
