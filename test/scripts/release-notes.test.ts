import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { releaseNotes } from '../../scripts/release-notes.ts'

const CHANGELOG = `# Changelog

## Unreleased

* [FEATURE] Not yet.

## 0.3.0 / 2027-01-18

### Reports

* [FEATURE] One.

## 0.2.0 / 2026-12-14

* [CHANGE] Two.
`

describe('the notes of a release', () => {
  it('are the section of its version, with its own headings, up to the next version', () => {
    expect(releaseNotes('v0.3.0', '0.3.0', CHANGELOG)).toBe('### Reports\n\n* [FEATURE] One.')
    expect(releaseNotes('v0.2.0', '0.2.0', CHANGELOG)).toBe('* [CHANGE] Two.')
  })

  it.each([
    [
      'the tag is of another version',
      'v0.4.0',
      '0.3.0',
      CHANGELOG,
      /The tag is v0\.4\.0, and package\.json says 0\.3\.0/,
    ],
    ['the tag has no v', '0.3.0', '0.3.0', CHANGELOG, /The tag is 0\.3\.0/],
    ['the version has no section', 'v0.4.0', '0.4.0', CHANGELOG, /no section "## 0\.4\.0 \/ DATE"/],
    ['only another version begins like it', 'v0.3', '0.3', CHANGELOG, /no section/],
    ['the section has no date', 'v0.4.0', '0.4.0', '## 0.4.0\n\n* [CHANGE] One.\n', /does not say when 0\.4\.0/],
    ['the date is none', 'v0.4.0', '0.4.0', '## 0.4.0 / soon\n\n* [CHANGE] One.\n', /does not say when 0\.4\.0/],
    ['the section is empty', 'v0.4.0', '0.4.0', '## 0.4.0 / 2027-02-01\n\n## 0.3.0 / 2027-01-18\n', /says nothing/],
  ])('cannot be written when %s', (_case, tag, version, changelog, message) => {
    expect(() => releaseNotes(tag, version, changelog)).toThrow(message)
  })

  it('fail the workflow of a tag that is not the version of this commit', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/release-notes.ts', 'v99.0.0'], {
      encoding: 'utf8',
    })
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^The tag is v99\.0\.0, and package\.json says \d/)
  })
})
