/**
 * The element `<signalbox-call>` for a page of an application, on any origin: importing this makes it known to the page. In the
 * browser only.
 *
 * @module
 */
import { defineSignalboxCall } from './element.js'

defineSignalboxCall()

export { framePermissions, SignalboxCall, type SignalboxCallEvents } from './element.js'
