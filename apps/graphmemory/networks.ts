import type { Tier } from '../../lib';

/** The four networks. A tier numbers the connections to what stands in it; it opens none that no reference asks for. */
export type Networks = Readonly<Record<'frontend' | 'backend' | 'database' | 'monitoring', Tier>>;

export const DEVELOPMENT: Networks = {
  frontend: { name: 'frontend', range: '172.26.0.0/19' },
  backend: { name: 'backend', range: '172.26.32.0/19' },
  database: { name: 'database', range: '172.26.64.0/19' },
  monitoring: { name: 'monitoring', range: '172.26.96.0/19' },
};

export const PRODUCTION: Networks = {
  frontend: { name: 'frontend', range: '172.26.128.0/19' },
  backend: { name: 'backend', range: '172.26.160.0/19' },
  database: { name: 'database', range: '172.26.192.0/19' },
  monitoring: { name: 'monitoring', range: '172.26.224.0/19' },
};
