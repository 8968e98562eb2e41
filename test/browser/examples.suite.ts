import './examples.test.js'
