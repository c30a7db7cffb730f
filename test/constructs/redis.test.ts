import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis, type RedisProps } from '../../constructs';
import { text } from '../../lib';
import { temporaryFolder } from '../support/run';
import { composeOf, service } from '../support/stacks';

const redis = (props: Partial<RedisProps> = {}) => composeOf(stack => {
  const cache = new Redis(stack, 'cache', { eviction: 'allkeys-lru', ...props });
  service(stack, 'web', { env: { URL: text`${cache.url}/0` } });
});

describe('Redis', () => {
  test('runs as the image\'s own user, with its data on a volume and its password in a file', () => {
    expect(redis().services['cache']).toMatchObject({
      image: 'redis:8-alpine', user: '999:1000', entrypoint: ['/etc/redis/bin/start'],
      volumes: [{ type: 'volume', source: 'cache-data', target: '/data' }],
      secrets: [{ source: 'cache-credentials.password', target: '/run/secrets/redis/password' }],
      healthcheck: { test: ['CMD', '/etc/redis/bin/health'], start_period: '60s' }, stop_grace_period: '60s',
    });
  });

  test('keeps what it was told, to a second, and forgets by the policy that was chosen', () => {
    const conf = redis({ maxMemory: '100Mi', eviction: 'noeviction' }).file('config/cache-config/redis.conf');
    expect(conf.split('\n')).toEqual(expect.arrayContaining(['appendonly yes', 'appendfsync everysec', 'save 3600 1 300 100 60 10000', 'maxmemory 104857600', 'maxmemory-policy noeviction']));
  });

  test('holds half of its memory limit unless it is told otherwise', () => {
    expect(redis({ resources: { cpu: 1, memory: '1Gi' } }).file('config/cache-config/redis.conf')).toContain(`\nmaxmemory ${2 ** 29}\n`);
  });

  test('is told of in one reference, with the password', () => {
    expect(redis().services['web']!.environment).toEqual({ URL: 'redis://:${CACHE_CREDENTIALS_PASSWORD:?make it with: npx compose8s secrets init shop/dev}@cache:6379/0' });
  });

  test('has its password on no command line and in no emitted file', () => {
    const { services, files } = redis();
    expect(JSON.stringify([services['cache']!.entrypoint, services['cache']!.command, services['cache']!.healthcheck, services['cache']!.environment])).not.toMatch(/PASSWORD|requirepass/);
    expect([...files.values()].some(file => 'text' in file && file.text.includes('requirepass'))).toBe(false);
  });

  test('starts with the hash of its password as its only user', () => {
    const { file } = redis();
    const folder = sandbox({ 'redis-server': '#!/bin/sh\necho "$@"\n', password: 'open sesame\n' });
    const script = sandboxed(file('config/cache-scripts/start'), folder);
    expect(execFileSync('sh', ['-c', script], { encoding: 'utf8', env: { PATH: `${folder}:${process.env['PATH']}` } })).toBe('/etc/redis/redis.conf\n');
    expect(readFileSync(join(folder, 'users.acl'), 'utf8')).toBe('user default on #41ef4bb0b23661e66301aac36066912dac037827b4ae63a7b1165a5aa93ed4eb ~* &* +@all\n');
  });

  test.each([['', 'the password is empty'], [undefined, 'No such file']])('does not start with the password %p', (password, why) => {
    const folder = sandbox({ 'redis-server': '#!/bin/sh\necho started\n', ...(password === undefined ? {} : { password }) });
    const start = () => execFileSync('sh', ['-c', sandboxed(redis().file('config/cache-scripts/start'), folder)], { encoding: 'utf8', stdio: 'pipe', env: { PATH: `${folder}:${process.env['PATH']}` } });
    expect(start).toThrow(why);
  });

  test.each([['PONG', 0], ['LOADING Redis is loading the dataset in memory', 1], ['NOAUTH Authentication required.', 1]])('that answers %p ends its health check with %i', (answer, status) => {
    const folder = sandbox({ 'redis-cli': `#!/bin/sh\n[ "$REDISCLI_AUTH" = "open sesame" ] && echo "${answer}"\n`, password: 'open sesame\n' });
    const script = sandboxed(redis().file('config/cache-scripts/health'), folder);
    const run = () => { execFileSync('sh', ['-c', script], { env: { PATH: `${folder}:${process.env['PATH']}` } }); };
    if (status === 0) expect(run).not.toThrow();
    else expect(run).toThrow('Command failed');
  });
});

/** A folder with programs and a password. */
function sandbox(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'tmp'));
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), content);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

/** The script, with the container's folders in the sandbox. */
function sandboxed(script: string, folder: string): string {
  return script.replaceAll(/\/run\/secrets\/redis|\/tmp(?=\/users)/g, folder);
}
