// Each file of tests that is run for itself starts browsers for itself, which costs as much as several calls.
import './comforts.test.js'
import './devices.test.js'
import './keyboard.test.js'
import './page.test.js'
import './sdk-docs.test.js'
import './view.test.js'
