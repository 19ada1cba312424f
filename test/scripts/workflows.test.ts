import { globSync, readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'

const scripts: Record<string, string> = JSON.parse(readFileSync('package.json', 'utf8')).scripts
const files = globSync('.github/**/*.yml')
const workflows = globSync('.github/workflows/*.yml').map((file) => ({ file, text: readFileSync(file, 'utf8') }))

describe('what GitHub reads', () => {
  it.each(files)('is YAML: %s', (file) => {
    expect(load(readFileSync(file, 'utf8'))).toBeTypeOf('object')
  })

  it.each(workflows)('pins each action by commit, and names its version: $file', ({ text }) => {
    const used = [...text.matchAll(/uses: (?!\.\/)(.*)/g)].map(([, action = '']) => action)
    expect(used.filter((action) => !/^[\w-]+\/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([])
  })

  it.each(workflows)('runs only scripts that exist: $file', ({ text }) => {
    const run = [...text.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, name = '']) => name)
    expect(run.filter((name) => scripts[name] === undefined)).toEqual([])
    const started = [...text.matchAll(/node (\S+\.ts)/g)].map(([, path = '']) => path)
    expect(started.filter((path) => globSync(path).length === 0)).toEqual([])
  })
})

it('gives what a pull request runs no secret, and no right to write', () => {
  const ofPulls = workflows.filter(({ text }) => /^ {2}pull_request/m.test(text))
  expect(ofPulls.length).toBeGreaterThan(0)
  for (const { file, text } of ofPulls) {
    expect([file, /pull_request_target|\bsecrets\.|: write\b/.test(text)]).toEqual([file, false])
    expect([file, /^permissions:\n {2}contents: read$/m.test(text)]).toEqual([file, true])
  }
})

it('migrates D1 before the new Worker serves, and uploads nothing where that fails', () => {
  // npm runs `pre…` first, and stops where it fails
  expect(scripts['predeploy:workers']).toMatch(/wrangler\.js d1 migrations apply DB --remote$/)
  expect(scripts['deploy:workers']).toMatch(/wrangler\.js deploy$/)
  expect(Object.keys(scripts)).not.toContain('postdeploy:workers')
})
