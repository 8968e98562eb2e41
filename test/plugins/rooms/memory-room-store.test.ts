import t from 'tap'
import { makeMemoryStore } from '../../contract/memory-store.js'
import { resumeContract } from '../../contract/resume-contract.js'
import { roomStoreContract } from '../../contract/room-store-contract.js'

roomStoreContract(t, makeMemoryStore)
resumeContract(t, (clock) => makeMemoryStore({ clock }))
