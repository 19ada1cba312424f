/**
 * Reads an OpenAPI document as JSON from its input and writes the types of its schemas and operations. `paths` is left
 * out: it says the same once more.
 */
import { text } from 'node:stream/consumers'
import openapiTs, { astToString } from 'openapi-typescript'

const document = JSON.parse(await text(process.stdin))
const nodes = await openapiTs(document, {
  // What has a default may be left out of a request. What is required of answers stands in the document.
  defaultNonNullable: false,
  rootTypes: true,
  rootTypesNoSchemaPrefix: true,
  silent: true,
})
const LEFT_OUT = new Set(['paths', 'webhooks', '$defs'])
process.stdout.write(astToString(nodes.filter((node) => !LEFT_OUT.has(node.name?.text))))
