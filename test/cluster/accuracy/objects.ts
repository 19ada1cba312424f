/**
 * Faults that objects tell by themselves: planned by `POST /v1/plan`, no data plane is needed. Not those that the rules'
 * own tests are written from, but other members of the same kinds, and odd sets of objects that are right.
 *
 * @module
 */
import { OBJECTS_OF_ENDPOINTS } from './objects/endpoints.ts'
import { OBJECTS_OF_INGRESSES } from './objects/ingresses.ts'
import type { ObjectFault } from './objects/parts.ts'
import { OBJECTS_OF_PODS } from './objects/pods.ts'
import { OBJECTS_OF_PORTS } from './objects/ports.ts'
import { RIGHT_OBJECTS } from './objects/right.ts'
import { OBJECTS_OF_WAYS } from './objects/ways.ts'

export const OBJECT_FAULTS: readonly ObjectFault[] = [
  ...OBJECTS_OF_PODS,
  ...OBJECTS_OF_PORTS,
  ...OBJECTS_OF_ENDPOINTS,
  ...OBJECTS_OF_WAYS,
  ...OBJECTS_OF_INGRESSES,
  ...RIGHT_OBJECTS,
]
