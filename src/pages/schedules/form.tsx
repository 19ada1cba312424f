/** The form of a schedule, and what the API has said of it, field by field. */
import { Choices, Tick } from '../parts/choice.tsx'
import { Field, type FieldErrors, type FieldPlace, fieldOf, Refused } from '../parts/field.tsx'
import type { Refusal } from '../parts/form.ts'
import { ABOUT, CHECKS, type Name, type Values } from './values.ts'

/** Labels of the fields. */
export const LABELS: Readonly<Record<Name | 'keep', string>> = {
  ...{ name: 'Name', cron: 'When', timeZone: 'Time zone', jitterMs: 'Spread (milliseconds)' },
  ...{ overlap: 'When the run before has not ended', enabled: 'On', about: 'What is checked', cluster: 'Cluster' },
  ...{ namespace: 'Namespace', service: 'Service', namespaces: 'Namespaces', selector: 'Label selector' },
  ...{ manifests: 'Manifests', check: 'Check', checkName: 'Name of the check', path: 'Path' },
  ...{ statuses: 'Expected status', headers: 'Request headers', checks: 'Checks as JSON or YAML' },
  ...{ samples: 'Samples', timeoutMs: 'Timeout of a try (milliseconds)', more: 'The rest of the job' },
  keep: 'Secrets that stay as they are',
}

/** Which field each pointer of the API is about. */
const PLACES: readonly FieldPlace[] = [
  ...(['name', 'cron', 'timeZone', 'jitterMs', 'overlap', 'enabled'] as const).map((name) => ({
    name,
    pointers: [`/${name}`],
  })),
  { name: 'about', pointers: ['/job/target', '/job/target/allNamespaces'] },
  { name: 'more', pointers: ['/job'] },
  ...(['cluster', 'namespace', 'service', 'namespaces', 'selector', 'manifests'] as const).map((name) => ({
    name,
    pointers: [`/job/target/${name}`, ...(name === 'manifests' ? ['/keep/manifests'] : [])],
  })),
  { name: 'samples', pointers: ['/job/samples'] },
  { name: 'timeoutMs', pointers: ['/job/timeoutMs'] },
  { name: 'keep', pointers: ['/keep'] },
]

const placesOf = ({ check }: Values): readonly FieldPlace[] =>
  check === 'text'
    ? [...PLACES, { name: 'checks', pointers: ['/job/checks'] }]
    : [
        ...PLACES,
        { name: 'check', pointers: ['/job/checks'] },
        { name: 'checkName', pointers: ['/job/checks/0/name'] },
        { name: 'path', pointers: ['/job/checks/0/path'] },
        { name: 'statuses', pointers: ['/job/checks/0/expect'] },
        { name: 'headers', pointers: ['/job/checks/0/headers'] },
      ]

/** A batch is asked for by the same fields. */
const asOfJob = (errors: FieldErrors): FieldErrors =>
  errors.map((error) => ({ ...error, pointer: error.pointer.replace(/^\/batch(?=\/|$)/, '/job') }))

type FormProps = {
  action: string
  values: Values
  refusal: Refusal | null
  /** Values that are sent along: the version that was read, or the key of the request. */
  hidden: Readonly<Record<string, string>>
  /** Counts of the objects that the schedule keeps and does not show; null if it keeps none. */
  objects: Readonly<Record<string, number>> | null
  submit: string
}

export function ScheduleForm({ action, values, refusal, hidden, objects, submit }: FormProps) {
  const errors = asOfJob(refusal?.errors ?? [])
  const places = placesOf(values)
  const errorsAt = (name: string): FieldErrors => errors.filter(({ pointer }) => fieldOf(pointer, places) === name)
  const text = (name: Name, hint?: string, extra: { rows?: number; isRequired?: boolean } = {}) => {
    const { pointers } = places.find((place) => place.name === name) ?? { pointers: [] }
    const common = { name, label: LABELS[name], value: values[name], pointers, errors: errorsAt(name), ...extra }
    return hint === undefined ? <Field {...common} /> : <Field {...common} hint={hint} />
  }
  const kept = objects && countsInWords(objects)
  return (
    <form method="post" action={action} class="schedule">
      <Refused of={refusal} errors={errors} fields={places} />
      {Object.entries(hidden).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <h2>When it runs</h2>
      {text('name', undefined, { isRequired: true })}
      {text('cron', 'Five fields (minute hour day month weekday) as in */5 * * * *, or a step: @every 30s.', {
        isRequired: true,
      })}
      {text('timeZone', 'A name of the IANA database, like Europe/Berlin. @every ignores it.')}
      {text('jitterMs', 'A run begins up to this long after its time, so that not all begin at once.')}
      <Choices
        isOne
        name="overlap"
        legend={LABELS.overlap}
        errors={errorsAt('overlap')}
        options={[
          { value: 'skip', text: 'Leave the next one out', isChosen: values.overlap !== 'queue' },
          { value: 'queue', text: 'Let one wait', isChosen: values.overlap === 'queue' },
        ]}
      />
      <Tick name="enabled" isOn={values.enabled === 'on'}>
        On: it runs when its time comes
      </Tick>

      <h2>What it checks</h2>
      <Choices
        isOne
        name="about"
        legend={LABELS.about}
        errors={errorsAt('about')}
        options={Object.entries(ABOUT).map(([value, words]) => ({
          value,
          text: words,
          isChosen: values.about === value,
        }))}
      />
      {text('cluster', 'Empty: the default cluster of this server.')}
      <div class="for-one">
        {text('namespace')}
        {text('service')}
      </div>
      <div class="for-many">
        {text('namespaces', 'Separated by commas; * for all.')}
        {text('selector', 'As kubectl takes it: app in (web,api),!legacy. Empty: every Service.')}
      </div>
      <div class="for-manifests">
        {text(
          'manifests',
          kept === null
            ? 'What kubectl get … -o yaml prints, as YAML or JSON.'
            : `It has ${kept}. Leave this empty to keep them; what is written here replaces them.`,
          { rows: 8 },
        )}
      </div>

      <h2>How it is checked</h2>
      <Choices
        isOne
        name="check"
        legend={LABELS.check}
        errors={errorsAt('check')}
        options={Object.entries(CHECKS).map(([value, words]) => ({
          value,
          text: words,
          isChosen: values.check === value,
        }))}
      />
      <div class="for-check">{text('checkName', 'Letters, digits, _ . and -.')}</div>
      <div class="for-http">
        {text('path', 'Like /healthz. Empty: the path of the route, or /.')}
        {text('statuses', 'Codes and classes, separated by commas: 200, 3xx. Empty: any below 500.')}
        {text('headers', 'One per line, like Authorization: Bearer … They are encrypted, and never shown again.', {
          rows: 3,
        })}
      </div>
      <div class="for-text">
        {text('checks', 'A list, as in the API (checks of a job). Values of headers and bodies are not shown.', {
          rows: 10,
        })}
      </div>
      {values.keep.length === 0 ? null : (
        <Choices
          name="keep"
          legend={LABELS.keep}
          hint="These are set, but not shown. Untick those to remove. New values above replace them."
          errors={errorsAt('keep')}
          options={values.keep.map((each) => ({ value: each, text: keptInWords(each), isChosen: true }))}
        />
      )}
      {text('samples', 'Tries of each path and check, one after another.')}
      {text('timeoutMs')}
      <details open={values.more !== '' || errorsAt('more').length > 0}>
        <summary>The rest of the job, as JSON or YAML</summary>
        {text(
          'more',
          'Other fields that POST /v1/jobs takes: paths, expect, addresses, retries, settleMs, labels, vantage.',
          { rows: 8 },
        )}
      </details>
      <p>
        <button type="submit" class="main">
          {submit}
        </button>
      </p>
    </form>
  )
}

export const keptInWords = (kept: string): string => {
  const dot = kept.lastIndexOf('.')
  return `${kept.slice(dot + 1)} of the check ${kept.slice(0, dot)}: unchanged`
}

/** `{ services: 1, pods: 0 }` → `services: 1`. */
export const countsInWords = (objects: Readonly<Record<string, number>>): string =>
  Object.entries(objects)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${kind}: ${count}`)
    .join(', ') || 'no objects'
