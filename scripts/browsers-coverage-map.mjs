// What coverage is counted over in `npm run browsers`: the SDK, and the page by the maps of its bundles.
import { builtIn } from './built-files.mjs'

export default () => builtIn('dist/public/page', 'dist/public/sdk', 'dist/maps')
