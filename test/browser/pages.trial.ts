// Each file of tests that is run for itself starts browsers for itself, which costs as much as several calls.
import './check.test.js'
import './doors.test.js'
import './embed.test.js'
import './firefox.test.js'
import './served.test.js'
