import type { StatusPage } from '../../client/schema.ts'
import { Tick } from '../parts/choice.tsx'
import { Field, type FieldErrors, Refused } from '../parts/field.tsx'
import type { Form, Refusal } from '../parts/form.ts'

/** Values of the form of a status page. */
export type StatusPageValues = {
  title: string
  slug: string
  description: string
  isPublic: boolean
  isIndexed: boolean
  /** A Service a line. */
  services: string
}

export const EMPTY_STATUS_PAGE: StatusPageValues = {
  ...{ title: '', slug: '', description: '', isPublic: false, isIndexed: false, services: '' },
}

export const valuesOfForm = (sent: Form): StatusPageValues => ({
  ...{ title: sent.text('title'), slug: sent.text('slug'), description: sent.text('description') },
  ...{ isPublic: sent.has('public'), isIndexed: sent.has('indexed'), services: sent.text('services') },
})

export const valuesOf = (page: StatusPage): StatusPageValues => ({
  ...{ title: page.title, slug: page.slug, description: page.description ?? '' },
  ...{ isPublic: page.public, isIndexed: page.indexed },
  services: page.services
    .map(({ cluster, namespace, name, title }) => `${cluster}/${namespace}/${name} = ${title}`)
    .join('\n'),
})

const linesOf = (services: string): { line: string; no: number }[] =>
  services.split('\n').flatMap((line, at) => (line.trim() === '' ? [] : [{ line, no: at + 1 }]))

/** Makes the body for the API. Whatever a line lacks is left out, so that the API names what is missing. */
export function bodyOf({ title, slug, description, isPublic, isIndexed, services }: StatusPageValues) {
  return {
    ...{ title, slug: slug.trim() === '' ? null : slug.trim(), public: isPublic, indexed: isIndexed },
    description: description.trim() === '' ? null : description,
    services: linesOf(services).map(({ line }) => {
      const [where = '', ...rest] = line.split('=')
      const [name = '', namespace, ...cluster] = where.trim().split('/').toReversed()
      return {
        ...(cluster.length > 0 && { cluster: cluster.toReversed().join('/') }),
        ...(namespace !== undefined && { namespace }),
        ...{ name, ...(rest.length > 0 && { title: rest.join('=') }) },
      }
    }),
  }
}

const LACKS: Readonly<Record<string, string>> = {
  title: 'What is it called to others? Write namespace/name = Title',
  namespace: 'In which namespace is it? Write namespace/name = Title',
}

/** Says of what the API found in a Service in which line that is. */
function withLines(errors: FieldErrors, services: string): FieldErrors {
  const lines = linesOf(services)
  return errors.map(({ pointer, detail }) => {
    const [, at, field = ''] = /^\/services\/(\d+)(?:\/(\w+))?/.exec(pointer) ?? []
    const line = lines[Number(at)]
    return line === undefined
      ? { pointer, detail }
      : { pointer, detail: `Line ${line.no}: ${hasField(line.line, field) ? detail : (LACKS[field] ?? detail)}.` }
  })
}

const hasField = (line: string, field: string): boolean =>
  field === 'title' ? line.includes('=') : field !== 'namespace' || (line.split('=')[0] ?? '').includes('/')

const FIELDS = ['title', 'slug', 'description', 'public', 'indexed', 'services'].map((name) => ({
  name,
  pointers: [`/${name}`],
}))

export function StatusPageForm({
  values,
  refusal,
  action,
  hidden,
  submit,
}: {
  values: StatusPageValues
  refusal: Refusal | null
  action: string
  hidden: Readonly<Record<string, string>>
  submit: string
}) {
  const errors = withLines(refusal?.errors ?? [], values.services)
  return (
    <form method="post" action={action}>
      <Refused of={refusal} errors={errors} fields={FIELDS} />
      {Object.entries(hidden).map(([name, value]) => (
        <input type="hidden" name={name} value={value} />
      ))}
      <Field name="title" label="Title" value={values.title} errors={errors} isRequired />
      <Field
        name="slug"
        label="Name in the address"
        hint="Lower-case letters, digits and -. Empty: 26 characters that nobody can guess."
        value={values.slug}
        errors={errors}
      />
      <Field name="description" label="Description" value={values.description} errors={errors} rows={2} />
      <Field
        name="services"
        label="Services"
        hint="One per line: namespace/name = Title, or cluster/namespace/name = Title. Readers see only the title."
        value={values.services}
        errors={errors}
        isRequired
        rows={6}
      />
      <Tick name="public" isOn={values.isPublic}>
        Anybody may look, without a login
      </Tick>
      <Tick name="indexed" isOn={values.isIndexed}>
        Search engines may list it
      </Tick>
      <p>
        <button type="submit" class="main">
          {submit}
        </button>
      </p>
    </form>
  )
}
