// Each file of tests that is run for itself starts browsers for itself, which costs as much as several calls.
import './data.test.js'
import './files.test.js'
import './messages.test.js'
