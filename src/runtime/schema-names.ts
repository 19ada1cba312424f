export const SCHEMAS = ['settings', 'project'] as const
/** `settings`: a file that `--config` names. `project`: a `portolan.yaml` that is found. */
export type SchemaName = (typeof SCHEMAS)[number]
