/* What GitHub's runner starts: it gives inputs in the environment, and no arguments. */
'use strict'

process.argv.splice(2, process.argv.length, 'action')
require('./portolan.cjs')
