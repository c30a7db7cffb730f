export * from './check';
export * from './general';
export * from './rule';
export * from './stores';
