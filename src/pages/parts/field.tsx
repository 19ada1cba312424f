import type { PropsWithChildren } from 'hono/jsx'
import type { Refusal } from './form.ts'

/** What the API said is wrong, by where: `pointer` is a JSON pointer into the body, or `?name`. */
export type FieldErrors = readonly { pointer: string; detail: string }[]

type FieldProps = PropsWithChildren<{
  /** Serves as the id of the input as well. */
  name: string
  label: string
  /** Says how to fill it in. */
  hint?: string
  /** Pointers of the API that are about this field. @default `/name` */
  pointers?: readonly string[]
  errors?: FieldErrors
  value?: string
  type?: 'text' | 'number' | 'password' | 'search' | 'url' | 'datetime-local'
  isRequired?: boolean
  rows?: number
}>

/** Returns the errors about a field, or about something in it. */
export const errorsOf = (errors: FieldErrors, pointers: readonly string[]): FieldErrors =>
  errors.filter(({ pointer }) => pointers.some((each) => pointer === each || pointer.startsWith(`${each}/`)))

/** A field of a form, with the pointers of the API that are about it. */
export type FieldPlace = { name: string; pointers: readonly string[] }

/** Finds the field that an error is about: that of the longest pointer which leads to it; `null`: there is none. */
export function fieldOf(pointer: string, fields: readonly FieldPlace[]): string | null {
  const near = fields.flatMap(({ name, pointers }) =>
    pointers
      .filter((each) => errorsOf([{ pointer, detail: '' }], [each]).length > 0)
      .map((each) => ({ name, length: each.length })),
  )
  return near.sort((a, b) => b.length - a.length)[0]?.name ?? null
}

/** A labelled field with its hint and with what the API said of it. With children these stand in place of an input. */
export function Field(props: FieldProps) {
  const { name, label, hint, pointers = [`/${name}`], errors = [], value = '', type = 'text', isRequired, rows } = props
  const wrong = errorsOf(errors, pointers)
  const described = [hint === undefined ? '' : `${name}-hint`, wrong.length === 0 ? '' : `${name}-error`]
    .filter((id) => id !== '')
    .join(' ')
  const common = {
    ...{ id: name, name, required: isRequired },
    'aria-invalid': wrong.length > 0 ? ('true' as const) : undefined,
    'aria-describedby': described === '' ? undefined : described,
  }
  return (
    <div class={wrong.length > 0 ? 'field wrong' : 'field'}>
      <label for={name}>{label}</label>
      {hint === undefined ? null : (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {wrong.length === 0 ? null : (
        <p class="error" id={`${name}-error`}>
          {wrong.map(({ detail }) => detail).join(' ')}
        </p>
      )}
      {props.children ??
        (rows === undefined ? (
          <input {...common} type={type} value={value} autocomplete="off" />
        ) : (
          <textarea {...common} rows={rows} spellcheck={false}>
            {/* Browsers drop the first line end */}
            {`\n${value}`}
          </textarea>
        ))}
    </div>
  )
}

/** All that is wrong with a form, at its top, with links to the fields. @param fields each field with its pointers. */
export function ErrorSummary({
  detail,
  errors,
  fields,
}: {
  detail: string
  errors: FieldErrors
  fields: readonly FieldPlace[]
}) {
  return (
    <div class="errors" role="alert" tabindex={-1}>
      <h2>That was not taken</h2>
      <p>{detail}</p>
      {errors.length === 0 ? null : (
        <ul>
          {errors.map(({ pointer, detail: why }) => {
            const field = fieldOf(pointer, fields)
            return <li>{field === null ? `${pointer}: ${why}` : <a href={`#${field}`}>{why}</a>}</li>
          })}
        </ul>
      )}
    </div>
  )
}

/** Shows why a form, or a button, was refused. @param errors those of `of`, in other words. */
export function Refused({
  of,
  errors = of?.errors ?? [],
  fields = [],
}: {
  of: Pick<Refusal, 'detail' | 'errors'> | null
  errors?: FieldErrors
  fields?: readonly FieldPlace[]
}) {
  return of === null ? null : <ErrorSummary detail={of.detail} errors={errors} fields={fields} />
}
