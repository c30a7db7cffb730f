import { describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import { cedrus } from '../../../apps/cedrus';
import { App, Compose, synthesize, type ComposeService } from '../../../lib';
import { composeErrors } from '../../support/compose-schema';
import { textOf } from '../../support/stacks';

const app = new App();
cedrus(app);
const { emissions } = synthesize(app, (_, target) => target === undefined || target instanceof Compose);

describe.each(emissions.map(({ graph, files }) => ({ environment: graph.stack.environment, files })))('Cedrus $environment on Compose', ({ files }) => {
  const services = Object.entries((load(textOf(files, 'services.yaml')) as { services: Record<string, ComposeService> }).services);

  test.each(['compose.yaml', 'services.yaml'])('%s is valid by the schema of the specification', path => {
    expect(composeErrors(textOf(files, path))).toEqual([]);
  });

  test('mounts and builds only what lies beside it', () => {
    const text = textOf(files, 'services.yaml');
    const wanted = [...text.matchAll(/\n {4}file: \.\/(.*)/g), ...text.matchAll(/\n {6}context: \.\/(.*)/g)].map(match => match[1]!);
    expect(wanted.length).toBeGreaterThan(0);
    expect(wanted.filter(path => !files.has(path) && !files.has(`${path}/Dockerfile`))).toEqual([]);
  });

  test.each(services)('%s holds every rule of the Docker benchmark', (_, service) => {
    expect(service).toMatchObject({
      read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'], user: expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/),
      restart: expect.any(String), healthcheck: expect.any(Object), stop_grace_period: expect.any(String),
      logging: { options: { 'max-size': expect.any(String), 'max-file': expect.any(String) } },
      deploy: { resources: { limits: { cpus: expect.any(String), memory: expect.any(String), pids: expect.any(Number) } } },
    });
    expect(Object.keys(service).filter(key => ['privileged', 'pid', 'ipc', 'userns_mode', 'devices'].includes(key))).toEqual([]);
    expect(JSON.stringify(service)).not.toContain('docker.sock');
    expect(service.network_mode ?? 'none').toBe('none');
  });

  test('has a value for no variable of a secret', () => {
    for (const [, { environment = {} }] of services) {
      for (const [name, value] of Object.entries(environment)) {
        if (/PASSWORD|SECRET|TOKEN/.test(name) && !name.endsWith('_FILE') && !String(value).startsWith('only-for-collecting-files')) expect(value).toMatch(/^\$\{\w+:\?/);
      }
    }
  });
});
