/**
 * The two files as JSON Schema, for editors and whoever writes them by a program: `portolan config --schema` prints it,
 * and it is published in `schema/`.
 *
 * @module
 */
import { type JsonSchema, requestSchemas } from '../api/json-schemas.ts'
import { PROJECT_RULES, type Rule } from './project-rules.ts'
import type { SchemaName } from './schema-names.ts'
import { keyOf } from './setting-names.ts'
import { formOf, SETTING_NAMES } from './setting-shapes.ts'
import { SETTINGS } from './settings.ts'
import { PARTS, type Part } from './settings-file.ts'

const DRAFT = 'http://json-schema.org/draft-07/schema#'

const WORDS: Readonly<Record<Part, string>> = {
  checks: 'What is tried on each path, as POST /v1/jobs takes it.',
  schedules: 'What portolan apply keeps on a server, as POST /v1/schedules takes it. Each name stands once.',
}

export function schemaOf(name: SchemaName): JsonSchema {
  const asked = requestSchemas()
  const itemOf = (part: Part) =>
    name === 'project' ? narrowed(asked[part], PROJECT_RULES[part]) : withValueFrom(asked[part])
  const check = itemOf('checks')
  const parts = PARTS.map((part) => {
    const items = part === 'checks' ? CHECK_REF : sharing(itemOf(part), JSON.stringify(check))
    return [part, { description: WORDS[part], type: ['array', 'null'], items }]
  })
  const head = { $schema: DRAFT, title: TITLES[name], type: ['object', 'null'], additionalProperties: false }
  return {
    ...head,
    properties: { $schema: { type: 'string' }, ...(name === 'settings' && settings()), ...Object.fromEntries(parts) },
    definitions: { check },
  }
}

const CHECK_REF = { $ref: '#/definitions/check' }

/** Says once what a check may be, which jobs, batches and the file itself have. */
function sharing(value: unknown, check: string): unknown {
  if (Array.isArray(value)) {
    return value.map((each) => sharing(each, check))
  }
  if (!isSchema(value)) {
    return value
  }
  return JSON.stringify(value) === check
    ? CHECK_REF
    : Object.fromEntries(Object.entries(value).map(([keyword, each]) => [keyword, sharing(each, check)]))
}

const TITLES: Readonly<Record<SchemaName, string>> = {
  settings: 'Settings of Portolan, in a file that --config names',
  project: 'portolan.yaml: what is expected of Services',
}

function settings(): JsonSchema {
  return Object.fromEntries(
    SETTING_NAMES.map((name) => {
      const { meaning, default: standard } = SETTINGS[name]
      const description = `${meaning}${standard === null ? '' : ` Default: ${standard}.`} (${name})`
      // Empty means unset
      return [keyOf(name), { description, anyOf: [formOf(name).schema, { type: 'null' }] }]
    }),
  )
}

/** As an object, however it is wrapped: `null` may be one of its kinds. */
const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The schema of what the rule lets through. */
function narrowed(schema: JsonSchema, rule: Rule): JsonSchema {
  const { anyOf, oneOf, properties, items } = schema
  if (rule.kind === 'words') {
    const { enum: _words, type: _type, ...rest } = schema
    return { ...rest, enum: rule.words.map((word) => (word === 'false' ? false : word)) }
  }
  if (rule.kind === 'types' && Array.isArray(oneOf)) {
    return { ...schema, oneOf: oneOf.filter(isSchema).map((type) => narrowed(type, ruleOfType(rule.types, type))) }
  }
  if (Array.isArray(anyOf)) {
    return { ...schema, anyOf: anyOf.filter(isSchema).map((each) => narrowed(each, rule)) }
  }
  if (rule.kind === 'each' && isSchema(items)) {
    return { ...schema, items: narrowed(items, rule.item) }
  }
  if (rule.kind !== 'fields' || schema.type !== 'object') {
    return schema
  }
  const left = Object.entries(rule.fields).flatMap(([name, field]) => {
    // A record of whatever names has one schema for all values
    const own = isSchema(properties) ? properties[name] : schema.additionalProperties
    return field.kind === 'never' || !isSchema(own) ? [] : [[name, narrowed(own, field)]]
  })
  const { propertyNames: _names, ...rest } = schema
  return { ...rest, properties: Object.fromEntries(left), additionalProperties: false }
}

function ruleOfType(types: Readonly<Record<string, Rule>>, { properties }: JsonSchema): Rule {
  const type = isSchema(properties) && isSchema(properties.type) ? String(properties.type.const) : ''
  const rule = types[type]
  if (rule === undefined) {
    throw new Error(`no rule says what a found file may say of checks of type ${type}`)
  }
  return rule
}

const VALUE_FROM: JsonSchema = {
  description: 'The value is that of a variable of the environment of whoever reads this file.',
  type: 'object',
  properties: {
    valueFrom: {
      type: 'object',
      properties: { env: { type: 'string', minLength: 1 }, prefix: { type: 'string' } },
      ...{ required: ['env'], additionalProperties: false },
    },
  },
  ...{ required: ['valueFrom'], additionalProperties: false },
}

const isText = (schema: unknown): boolean =>
  isSchema(schema) && (schema.type === 'string' || (Array.isArray(schema.anyOf) && schema.anyOf.some(isText)))
const orValueFrom = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, VALUE_FROM] })

/** Lets values that may be secret come from the environment, wherever in the schema they are. */
function withValueFrom(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => {
      if (keyword === 'properties' && isSchema(value)) {
        return [keyword, Object.fromEntries(Object.entries(value).map(([name, field]) => [name, fieldOf(name, field)]))]
      }
      return [keyword, inside(value)]
    }),
  )
}

const inside = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(inside) : isSchema(value) ? withValueFrom(value) : value

function fieldOf(name: string, field: unknown): unknown {
  if (!isSchema(field)) {
    return field
  }
  if ((name === 'headers' || name === 'metadata') && isSchema(field.additionalProperties)) {
    return { ...field, additionalProperties: orValueFrom(field.additionalProperties) }
  }
  return ['body', 'send', 'expect'].includes(name) && isText(field) ? orValueFrom(field) : withValueFrom(field)
}
