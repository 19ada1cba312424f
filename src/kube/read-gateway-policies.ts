import type { Field } from './fields.ts'
import type { BackendTLSPolicy, ReferenceGrant } from './gateway-objects.ts'
import { readMeta } from './read-meta.ts'
import { readGroupKind, readLocalName, readObserved, readParentRef, TO_NAMED } from './read-references.ts'
import { label, subdomain } from './validation.ts'

export function readReferenceGrant(object: Field): ReferenceGrant {
  const spec = object.get('spec')
  return {
    kind: 'ReferenceGrant',
    meta: readMeta(object, subdomain),
    from: spec
      .get('from')
      .need('at least one {group, kind, namespace}')
      .items()
      .map((from) => ({
        ...readGroupKind(from, TO_NAMED),
        namespace: from.get('namespace').need('the namespace that may refer').matching(label) ?? '',
      })),
    to: spec
      .get('to')
      .need('at least one {group, kind}')
      .items()
      .map((to) => ({ ...readGroupKind(to, TO_NAMED), name: to.get('name').text() })),
  }
}

/** v1alpha2 has one `targetRef`, and calls the validation `tls`, with shorter names in it. */
export function readBackendTlsPolicy(object: Field): BackendTLSPolicy {
  const spec = object.get('spec')
  const isFirst = !spec.has('targetRefs') && spec.has('targetRef')
  const targets = isFirst ? [spec.get('targetRef')] : spec.get('targetRefs').need('at least one Service').items()
  const validation = isFirst ? spec.get('tls') : spec.get('validation')
  const names = isFirst
    ? { refs: 'caCertRefs', wellKnown: 'wellKnownCACerts' }
    : { refs: 'caCertificateRefs', wellKnown: 'wellKnownCACertificates' }
  const ancestors = object.get('status').get('ancestors')
  return {
    kind: 'BackendTLSPolicy',
    meta: readMeta(object, subdomain),
    targetRefs: targets.map((target) => ({
      ...readLocalName(target, TO_NAMED),
      sectionName: target.get('sectionName').text(),
    })),
    hostname: validation.get('hostname').need('the name that the certificate must have').matching(subdomain),
    wellKnownCACertificates: validation.get(names.wellKnown).text(),
    caCertificateRefs: validation
      .get(names.refs)
      .items()
      .map((ref) => readLocalName(ref, TO_NAMED)),
    subjectAltNames: validation.get('subjectAltNames').items().map(readAltName),
    ancestors: ancestors.absent
      ? null
      : ancestors.items().map((ancestor) => ({
          ancestorRef: readParentRef(ancestor.get('ancestorRef')),
          controllerName: ancestor.get('controllerName').text(),
          conditions: readObserved(ancestor),
        })),
  }
}

function readAltName(name: Field): BackendTLSPolicy['subjectAltNames'][number] {
  const type = name.get('type').need('Hostname or URI').oneOf(['Hostname', 'URI']) ?? ''
  return {
    type,
    value:
      name
        .get(type === 'URI' ? 'uri' : 'hostname')
        .need('the name')
        .text() ?? '',
  }
}
