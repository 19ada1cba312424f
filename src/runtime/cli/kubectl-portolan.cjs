#!/usr/bin/env node
/* The same program under the name by which kubectl finds its plugins: `kubectl portolan`. */
'use strict'

process.argv[1] = __filename
require('./portolan.cjs')
