import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'

type Schema = Record<string, unknown>
type Operation = {
  parameters?: { name: string; schema: Schema }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}

const document = load(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null

/** Every schema within one, with its place; those that are referred to among them. */
function* within(schema: Schema, place: string, seen = new Set<string>()): Generator<[string, Schema]> {
  const ref = typeof schema.$ref === 'string' ? schema.$ref.replace('#/components/schemas/', '') : null
  if (ref !== null) {
    const named = document.components.schemas[ref]
    if (seen.has(ref) || named === undefined) {
      return
    }
    seen.add(ref)
    yield* within(named, ref, seen)
    return
  }
  yield [place, schema]
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'default' || key === 'example') {
      continue
    }
    const parts = Array.isArray(value) ? value : key === 'properties' ? Object.values(value as Schema) : [value]
    const names = key === 'properties' ? Object.keys(value as Schema) : []
    for (const [at, part] of parts.entries()) {
      if (isSchema(part)) {
        yield* within(part, `${place}.${names[at] ?? key}`, seen)
      }
    }
  }
}

const asked = Object.entries(document.paths).flatMap(([path, operations]) =>
  Object.entries(operations).flatMap(([method, { parameters = [], requestBody }]) => [
    ...parameters.map(({ name, schema }): [string, Schema] => [`${method} ${path} ?${name}`, schema]),
    ...Object.values(requestBody?.content ?? {}).map(({ schema }): [string, Schema] => [`${method} ${path}`, schema]),
  ]),
)
const all = asked.flatMap(([place, schema]) => [...within(schema, place)])
const is = (schema: Schema, ...types: string[]): boolean =>
  [schema.type].flat().some((type) => types.includes(String(type)))

describe('what can be asked', () => {
  it('is closed: an object names its properties and takes no others, or says what its values are', () => {
    const open = all.filter(([, schema]) => is(schema, 'object') && schema.additionalProperties === undefined)
    expect([all.length > 200, open.map(([place]) => place)]).toEqual([true, []])
  })

  it('has a maximum: every number, and every list', () => {
    const endless = all.filter(
      ([, schema]) =>
        (is(schema, 'number', 'integer') && schema.maximum === undefined && schema.enum === undefined) ||
        (is(schema, 'array') && schema.maxItems === undefined),
    )
    expect(endless.map(([place]) => place)).toEqual([])
  })
})
