import t from 'tap'
import { doorContract } from '../../contract/door-contract.js'
import { makeMemoryStore } from '../../contract/memory-store.js'
import { oversightContract } from '../../contract/oversight-contract.js'
import { type MakeResumableStore, resumeContract } from '../../contract/resume-contract.js'
import { resumeHistoriesContract } from '../../contract/resume-histories.js'
import { roomStoreContract } from '../../contract/room-store-contract.js'

roomStoreContract(t, makeMemoryStore)

const makeStore: MakeResumableStore = (clock, replay) => makeMemoryStore({ clock, ...(replay && { replay }) })
doorContract(t, (clock) => makeMemoryStore({ clock }))
oversightContract(t, (clock) => makeMemoryStore({ clock }))
resumeContract(t, makeStore)
resumeHistoriesContract(t, makeStore)
