import { calls } from './stories/calls.js'
import { doors } from './stories/doors.js'
import { faults } from './stories/faults.js'
import { panels } from './stories/panels.js'
import type { Story } from './story.js'

/** Everything that the gallery shows, and that axe looks at. Another state is another line in one of them. */
export const stories: readonly Story[] = [...calls, ...panels, ...doors, ...faults]
