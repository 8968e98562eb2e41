// Each file of tests that is run for itself starts browsers for itself, which costs as much as several calls.
import './view.test.js'
import './keyboard.test.js'
