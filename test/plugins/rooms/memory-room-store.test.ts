import t from 'tap'
import { MemoryRoomStore } from '../../../plugins/rooms/memory-room-store.js'
import { roomStoreContract } from '../../contract/room-store-contract.js'

roomStoreContract(t, () => new MemoryRoomStore())
