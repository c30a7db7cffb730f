export { operationsGuide } from './guide';
export { codes, plain, shell, words } from './markdown';
export { OPERATIONS_FILE, type Operations } from './operations';
export { newPair, newValue } from './values';
