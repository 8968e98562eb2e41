// Each file of tests that is run for itself starts browsers for itself, which costs as much as several calls.
import './settings.test.js'
