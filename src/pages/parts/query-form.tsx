/** A form that filters a list by the query of its address, and its fields. */
import type { PropsWithChildren } from 'hono/jsx'
import { type Asked, textOf } from '../query.ts'
import { Field, Refused } from './field.tsx'
import type { Refusal } from './form.ts'

/** The query that was asked for, and what the API says is wrong with it. */
export type Query = { asked: Asked; refused: Pick<Refusal, 'detail' | 'errors'> | null }

const pointersOf = (name: string): string[] => [`?${name}`]

/** @param names of its fields. @param label tells apart several on one page. */
export function QueryForm(
  props: PropsWithChildren<{ of: Query; action: string; names: readonly string[]; label?: string; submit?: string }>,
) {
  const { of, action, names, label, submit = 'Show', children } = props
  return (
    <form class="filters" method="get" action={action} aria-label={label}>
      <Refused of={of.refused} fields={names.map((name) => ({ name, pointers: pointersOf(name) }))} />
      {children}
      <button type="submit">{submit}</button>
    </form>
  )
}

type FieldProps = { of: Query; name: string; label: string; hint?: string; type?: 'text' | 'search' }

/** A text of the query. */
export const QueryField = ({ of: { asked, refused }, name, label, hint, type = 'text' }: FieldProps) => (
  <Field
    {...{ name, label, type, errors: refused?.errors ?? [], ...(hint !== undefined && { hint }) }}
    pointers={pointersOf(name)}
    value={textOf(asked, name)}
  />
)

/** One of several values. @param options each by its value; an empty value asks for none of them. */
export function QueryChoice(props: Omit<FieldProps, 'hint' | 'type'> & { options: Readonly<Record<string, string>> }) {
  const { of, name, label, options } = props
  const chosen = textOf(of.asked, name)
  return (
    <Field {...{ name, label, errors: of.refused?.errors ?? [] }} pointers={pointersOf(name)}>
      <select id={name} name={name}>
        {Object.entries(options).map(([value, text]) => (
          <option value={value} selected={value === chosen}>
            {text}
          </option>
        ))}
      </select>
    </Field>
  )
}
