export * from './app';
export * from './aspects';
export * from './graph';
export * from './parity';
export * from './stack';
export * from './synthesis';
export * from './target';
