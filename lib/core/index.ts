export * from './app';
export * from './aspects';
export * from './graph';
export type { Operations } from './operations';
export * from './parity';
export * from './stack';
export * from './synthesis';
export * from './target';
