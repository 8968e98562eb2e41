// One process for all of them: to start one costs as much as most of these files.
import './frame-reader.test.js'
import './frame-writer.test.js'
import './read-buffer.test.js'
import './unmask.test.js'
