// One process for all of them: to start one costs as much as most of these files.
import './address-book.test.js'
import './joins.test.js'
import './upgrades.test.js'
