export { matchers, type StackMatchers } from './matchers';
export { differences, type Difference, type Matching, type PartialOf } from './partial';
export type { PortLike } from './reach';
export type { Bodies, BodyOf, Resource, ResourceKind } from './resources';
export { secretLeaks, type SecretValues } from './secret-values';
export { snapshotSerializer } from './snapshot';
export { Template } from './template';
export type { WeaknessMatchers } from './weaker';
