/**
 * The same as the service has it, at `embed.js` beside its call page.
 *
 * @module
 */
import { defineSignalboxCall, SignalboxCall } from './element.js'

// Before, as those that stand in the page load theirs at once.
SignalboxCall.defaultSrc = new URL('./', import.meta.url).href
defineSignalboxCall()

export { SignalboxCall }
