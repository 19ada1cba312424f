import { cleanMessage } from './event-message.ts'
import type { Field } from './fields.ts'
import type { KubeEvent } from './objects.ts'
import { readMeta, readTargetRef } from './read-meta.ts'
import { instant, type Rule } from './validation.ts'

/** API servers do not check the names of events: some hold a node's name as the machine spells it. */
const anyName: Rule = { expected: 'text', test: () => true }

/** v1 and events.k8s.io/v1 are two spellings of one object; a series counts in place of the event itself. */
export function readEvent(object: Field): KubeEvent {
  const either = (...keys: readonly [string, ...string[]]): Field =>
    object.get(keys.find((key) => object.has(key)) ?? keys[0])
  const series = object.get('series')
  const last = series.get('lastObservedTime')
  return {
    kind: 'Event',
    meta: readMeta(object, anyName),
    involvedObject: readTargetRef(either('involvedObject', 'regarding').need('the object that the event is about')) ?? {
      kind: '',
      name: '',
      namespace: null,
    },
    type: object.get('type').text(),
    reason: object.get('reason').text(),
    message: messageOf(either('message', 'note')),
    count: (series.absent ? either('count', 'deprecatedCount') : series.get('count')).integer(0, 2 ** 31 - 1) || 1,
    lastAt:
      last.matching(instant) ??
      either('lastTimestamp', 'deprecatedLastTimestamp', 'eventTime', 'firstTimestamp').matching(instant),
  }
}

function messageOf(field: Field): string | null {
  const message = field.text()
  return message === null ? null : cleanMessage(message)
}
