export { diagramOf, type Diagram } from './diagram';
export { explorer } from './explorer';
export { mermaid } from './mermaid';
export { escaped, svg } from './svg';
