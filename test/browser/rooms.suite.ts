// Each file of tests that is run for itself starts browsers for itself, which costs as much as several calls.
import './ending.test.js'
import './hostile.test.js'
import './room.test.js'
import './roster.test.js'
import './nodes.test.js'
