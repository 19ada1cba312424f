/**
 * Stands in for `@modelcontextprotocol/server/_shims` in both bundles. The SDK would validate by JSON Schema what a
 * client answers to a question of the server's, and nothing is asked here: that validator is a tenth of all that MCP
 * needs, and on Node (Ajv) more than a quarter.
 *
 * @module
 */
export class DefaultJsonSchemaValidator {
  getValidator(): never {
    throw new Error('nothing is validated by JSON Schema here')
  }
}

/** For servers that speak over a pipe. */
export const process = {
  get stdin(): never {
    throw new Error('MCP is spoken over HTTP alone')
  },
  get stdout(): never {
    throw new Error('MCP is spoken over HTTP alone')
  },
}
