// One process for all of them: to start one costs as much as most of these files.
import './authorize-hook.test.js'
import './jwks-cache.test.js'
import './mint.test.js'
import './public-keys.test.js'
import './refusal.test.js'
import './room-tokens.test.js'
import './webhook.test.js'
