// Each file of tests that is run for itself starts browsers for itself, which costs as much as several calls.
import './headers.test.js'
import './secure.test.js'
import './tokens.test.js'
