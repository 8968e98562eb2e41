// One process for all of them: to start one costs as much as most of these files.
import './consumers.test.js'
import './contents.test.js'
import './release.test.js'
