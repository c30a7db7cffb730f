export * from './app';
export * from './aspects';
export { compare, type CompareOptions, type Comparison, type Weakness } from './compare';
export * from './graph';
export type { Operations } from './operations';
export * from './parity';
export * from './stack';
export * from './synthesis';
export * from './target';
