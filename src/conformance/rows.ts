import { baseRoomRows } from './base-room-rows.js'
import { baseWireRows } from './base-wire-rows.js'
import { closeRows } from './close-rows.js'
import { doorRows } from './door-rows.js'
import { errorRows } from './error-rows.js'
import { type Group, groups } from './groups.js'
import { identityRows } from './identity-rows.js'
import { manyRows } from './many-rows.js'
import { profileRows } from './profile-rows.js'
import { resumeRows } from './resume-rows.js'
import type { GroupedRow, Row } from './row.js'
import { seatRows } from './seat-rows.js'

const byGroup: Readonly<Record<Group, readonly Row[]>> = {
  base: [...baseRoomRows, ...baseWireRows],
  identity: identityRows,
  profiles: profileRows,
  many: manyRows,
  errors: errorRows,
  resume: [...resumeRows, ...seatRows],
  doors: doorRows,
  'close-codes': closeRows,
}

/** Everything that is tried, in this order: what a server may break at comes late. */
export const rows: readonly GroupedRow[] = groups.flatMap((group) => byGroup[group].map((row) => ({ ...row, group })))
