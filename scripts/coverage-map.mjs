// What coverage is counted over in `npm test`: the service. What runs in browsers is counted by `npm run browsers`.
import { builtIn } from './built-files.mjs'

export default () => builtIn('dist/schemas', 'dist/plugins', 'dist/src')
