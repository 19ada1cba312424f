#!/usr/bin/env node
/*
 * The first file that runs. Any Node from 12 on can read it, so nothing newer than that stands here: it says in one
 * line that a Node is too old, where the program itself would be a syntax error. It also sees to it that no fault of
 * ours ends as 1, which says that a target has failed.
 */
'use strict'

const { existsSync, readFileSync, writeSync } = require('fs')
const { join } = require('path')
const { pathToFileURL } = require('url')

/** Exit code of all that is not the target's fault. */
const NO_VERDICT = 2

const tell = (text) => {
  try {
    writeSync(2, `${text}\n`)
  } catch (_gone) {
    // Nobody reads any more
  }
}

const give = (text) => {
  tell(text)
  process.exit(NO_VERDICT)
}

const sayVersion = () => {
  const cannot = (error) => give(`The version cannot be told: ${error.message}.`)
  try {
    const { version } = JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8'))
    // Whoever reads may have gone, and a disk may be full
    process.stdout.on('error', cannot)
    process.stdout.write(`${version}\n`)
  } catch (error) {
    cannot(error)
  }
}

/** 22 from 22.19 on, and 24 and later. */
const isNewEnough = (node) => {
  const [major, minor] = node.split('.').map(Number)
  return (major === 22 && minor >= 19) || major >= 24
}

/** A fault that nobody has foreseen. It says nothing of any target. */
const fault = (error) => {
  const text = error instanceof Error ? error.stack || error.message : String(error)
  give(`portolan failed, which says nothing of any target; please report it with what stands here:\n${text}`)
}

/** Keeps what V8 compiles: beside the program, or in the user's own cache, never where others may write. */
const keepCompiled = () => {
  const { enableCompileCache } = require('module')
  const beside = join(__dirname, 'compiled')
  const home = process.env.XDG_CACHE_HOME || (process.env.HOME && join(process.env.HOME, '.cache'))
  const folder = existsSync(beside) ? beside : home && join(home, 'portolan', 'compiled')
  if (folder && enableCompileCache) {
    enableCompileCache(folder)
  }
}

/** Node 22 says of its SQLite that it may change; what is used of it is tested on 22 and 24. */
const withoutSqliteWarning = () => {
  const printers = process.listeners('warning')
  process.removeAllListeners('warning')
  process.on('warning', (warning) => {
    if (!(warning.name === 'ExperimentalWarning' && warning.message.startsWith('SQLite'))) {
      for (const print of printers) {
        print.call(process, warning)
      }
    }
  })
}

const args = process.argv.slice(2)
if (!isNewEnough(process.versions.node)) {
  give(
    `portolan needs Node 22.19 or later of 22, or 24 or later, and this is ${process.versions.node}. ` +
      'Install a newer Node, or use the archive that brings its own.',
  )
} else if (args.length === 1 && (args[0] === '--version' || args[0] === '-v')) {
  sayVersion()
} else {
  process.on('uncaughtException', fault)
  process.on('unhandledRejection', fault)
  // An await that nothing can end any more is 13, and what Node itself cannot go on from is 1
  process.on('exit', (code) => {
    if (code === 13) {
      tell('portolan waited for something that cannot come; please report it with the command.')
      process.exitCode = NO_VERDICT
    }
  })
  withoutSqliteWarning()
  keepCompiled()
  const server = join(__dirname, 'server.js')
  if (args.length === 1 && args[0] === 'serve' && existsSync(server)) {
    // It loads nothing of the command line, for the sake of its start and memory
    import(pathToFileURL(server).href).then(({ serve }) => serve(process.env), fault)
  } else {
    import(pathToFileURL(join(__dirname, 'cli.js')).href).catch(fault)
  }
}
