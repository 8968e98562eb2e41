import type { ServerName } from './load/server-process.js'
import { bare } from './protocols/bare.js'
import { peerjs } from './protocols/peerjs.js'
import { plain } from './protocols/plain.js'
import type { Protocol } from './protocols/protocol.js'
import { resumable } from './protocols/resumable.js'
import { socketio } from './protocols/socketio.js'

/** What is compared: a server, and how it is used. */
export interface Subject {
  readonly name: string
  readonly server: ServerName
  /** How many of it share a Redis; absent: one, without. */
  readonly nodes?: number
  /** What it is told beside where to listen. */
  readonly environment?: Readonly<Record<string, string>>
  /** Its methods get only members that it has made itself. */
  readonly protocol: Protocol
}

/** What all ratios are to. */
export const reference = 'classic'

export const subjects: readonly Subject[] = [
  { name: 'signalbox', server: 'signalbox', protocol: plain },
  { name: 'signalbox, resumable', server: 'signalbox', protocol: resumable },
  { name: reference, server: 'classic', protocol: plain },
  { name: 'bare ws', server: 'bare', protocol: bare },
  { name: 'PeerServer', server: 'peerserver', protocol: peerjs },
  { name: 'socket.io', server: 'socketio', protocol: socketio },
]
