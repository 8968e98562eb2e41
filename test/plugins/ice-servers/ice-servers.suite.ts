// One process for all of them: to start one costs as much as most of these files.
import './ice-url.test.js'
import './plugin.test.js'
import './stun-address.test.js'
import './stun-message.test.js'
import './turn-check.test.js'
import './turn-credentials.test.js'
import './turn-exchange.test.js'
import './turn-watch.test.js'
