import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { describeBackups } from './production/backups';
import { describeChanges } from './production/changes';
import { describeChecks } from './production/checks';
import { describeFaults } from './production/faults';
import { describeIsolation } from './production/isolation';
import { describeLimits } from './production/limits';
import { describeProxy } from './production/proxy';
import { describeSecrecy } from './production/secrecy';
import { Site } from './production/site';
import { describeHardening } from './support/hardening';
import { imageSize, memoryInUse, once, startWithin, type Start } from './support/start';

const MINUTES = 60_000;

describe('Cedrus in production, from the emitted folder alone', () => {
  let prepared: Site | undefined;
  let started: Start;
  const site = () => {
    if (!prepared) throw new Error('there is no site');
    return prepared;
  };

  beforeAll(() => once(async () => {
    prepared = await Site.prepare();
    started = await startWithin(30, prepared.stack);
    await prepared.open();
  }), 15 * MINUTES);
  afterAll(() => prepared?.stack.end());

  describe('start', () => {
    test('`docker compose config` accepts it and warns of nothing', () => expect(started.config).toEqual({ code: 0, stdout: '', stderr: '' }));
    test('its images build', () => expect(started.build).toMatchObject({ code: 0 }));
    test('`up --wait` has all of it healthy', async () => {
      expect(started.up).toMatchObject({ code: 0 });
      const states = [...await site().stack.containers()].map(([service, { State }]) => [service, State.Health?.Status ?? `${State.Status} ${State.ExitCode}`]);
      expect(Object.fromEntries(states)).toEqual({
        nginx: 'healthy', web: 'healthy', postgres: 'healthy', redis: 'healthy', backup: 'healthy', migrate: 'exited 0', 'static-files-fill': 'exited 0',
      });
    });
    test('it is up in less than 30 s once the images are built', () => expect(started.seconds).toBeLessThan(30));
    test('the image of the application is smaller than 500 MB, with its base', async () => expect(await imageSize('cedrus:1.0.0')).toBeLessThan(500));
    test('idle it takes about 350 MB of memory: less than 450, since readings differ by what the kernel caches', async () => {
      const used = await memoryInUse(site().stack);
      process.stdout.write(`cedrus/prod: ${used.toFixed(0)} MB of memory in use\n`);
      expect(used).toBeLessThan(450);
    });
  });

  describe('hardening', () => describeHardening(() => site().stack));
  describe('checkers', () => describeChecks(site));
  describe('nginx', () => describeProxy(site));
  describe('rate limits', () => describeLimits(site));
  describe('isolation', () => describeIsolation(site));
  describe('faults', () => describeFaults(site));
  describe('backups', () => describeBackups(site));
  describe('changes', () => describeChanges(site));
  describe('secrets', () => describeSecrecy(site));
});
