import { expect, it } from 'vitest'
import { judgeNames } from './certificate.ts'
import type { TlsEvidence } from './network.ts'

const shown = (...altNames: string[]): TlsEvidence => ({
  ...{ subject: 'CN=toad', issuer: 'CN=ca', altNames, notBefore: null, notAfter: null },
  ...{ authorized: false, authorizationError: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', protocol: 'TLSv1.3' },
})

it('judges the name of a certificate whoever signed it', () => {
  const names = ['toad.internal']
  expect(judgeNames(shown('toad.internal'), names)).toBeNull()
  expect(judgeNames(shown('*.internal'), names)).toBeNull()
  expect(judgeNames(shown('frog.internal', 'toad.internal'), ['x.internal', 'toad.internal'])).toBeNull()
  expect(judgeNames(shown('*.toad.internal', 'internal'), names)).toMatchObject({
    code: 'certificate_name_mismatch',
    message: 'the certificate is for *.toad.internal, internal, not for toad.internal',
  })
  expect(judgeNames(shown(), names)).toMatchObject({ code: 'certificate_name_mismatch' })
})

it('asks for no name where none is given, and is no verdict where no certificate is shown', () => {
  expect(judgeNames(shown('frog.internal'), undefined)).toBeNull()
  expect(judgeNames(null, ['toad.internal'])).toBeNull()
  expect(judgeNames({ ...shown(), subject: null }, ['toad.internal'])).toMatchObject({ code: 'certificate_not_seen' })
})
