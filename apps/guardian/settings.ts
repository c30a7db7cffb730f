import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HealthProbes, type PostgresProps } from '../../constructs';
import { Secret } from '../../lib';

/** 64 hexadecimal digits each. */
export const AUTH_KEYS = { 'nextauth-secret': Secret.hex(32), 'jwt-secret': Secret.hex(32) };

/** Extensions and time zone. pg_stat_statements counts in shared memory, which is laid out when the server starts. */
export const initDb: Pick<PostgresProps, 'initScripts' | 'settings'> = {
  initScripts: { 'init-db.sql': readFileSync(join(__dirname, 'app', 'init-db.sql'), 'utf8') },
  settings: { shared_preload_libraries: 'pg_stat_statements', timezone: 'UTC' },
};

/** The migration; its check ends with 1 while one has not been applied. */
export const PRISMA = {
  workingDirectory: '/app/prisma',
  command: ['node_modules/.bin/prisma', 'migrate', 'deploy'],
  check: ['node_modules/.bin/prisma', 'migrate', 'status'],
  // It would ask the internet for its newest version.
  env: { CHECKPOINT_DISABLE: 1 },
} as const;

/** `/api/health` looks at the stores, and says `degraded`: it is for people. A process that lives says so at `/api/live`. */
export const PROBES = HealthProbes.http({ ready: '/api/ready', alive: '/api/live', every: '30s', timeout: '10s', startup: '60s', failures: 3 });
