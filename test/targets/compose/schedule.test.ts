import { describe, expect, test } from '@jest/globals';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Config, Cron, Duration, Image, Workload, type Stack, type WorkloadProps } from '../../../lib';
import { temporaryFolder } from '../../support/run';
import { composeOf, IMAGE, service } from '../../support/stacks';

const SCHEDULE = { kind: 'schedule', cron: Cron.daily('02:30', { timeZone: 'Europe/Zurich' }), deadline: Duration.minutes(90) } as const;
const report = (props: Partial<WorkloadProps> = {}) => (stack: Stack) => new Workload(stack, 'report', { image: IMAGE, command: ['/bin/report'], runs: SCHEDULE, ...props });

/** Replaces the program by one that prints its arguments, and runs a script as the container would. */
function printed(script: string, ...args: string[]): string {
  const folder = temporaryFolder();
  const program = join(folder, 'program');
  writeFileSync(program, '#!/bin/sh\nfor word in "$@"; do printf "<%s>" "$word"; done\n');
  writeFileSync(join(folder, 'script'), script.replaceAll('/bin/report', program));
  [program, join(folder, 'script')].forEach(path => { chmodSync(path, 0o755); });
  return execFileSync(join(folder, 'script'), args, { encoding: 'utf8' });
}

describe('a scheduled workload', () => {
  test('is a service that sleeps until its cron runner calls, at the hours of its time zone', () => {
    const { services, file } = composeOf(report());
    expect(services['report']).toMatchObject({
      restart: 'unless-stopped', entrypoint: ['/etc/compose8s/run'], command: [],
      healthcheck: { test: ['CMD', '/bin/sh', '-c', expect.stringContaining('supercronic')], interval: '30s' },
      configs: ['crontab', 'job', 'run'].map(name => ({ source: `report-schedule.${name}`, target: `/etc/compose8s/${name}` })),
    });
    expect(file('config/report-schedule/crontab')).toBe('CRON_TZ=Europe/Zurich\n30 2 * * * timeout 5400 /etc/compose8s/job\n');
  });

  test.each([['dash'], ['busybox', 'sh'], ['bash', '--posix']])('is well while its cron runner runs, as %s sees it without any other program', async (shell, ...options) => {
    const [, , , check] = (composeOf(report()).services['report']!.healthcheck as { readonly test: readonly string[] }).test;
    // What Compose makes of it; and a name that no other process of this machine has.
    const name = `cron-${process.pid}`;
    const script = check!.replaceAll('$$', '$').replaceAll('supercronic', name);
    const isWell = () => spawnSync(shell, [...options, '-c', `PATH=/nowhere\n${script}`], { encoding: 'utf8' });
    expect(check!.replaceAll('$$', '')).not.toContain('$');
    const program = join(temporaryFolder(), name);
    copyFileSync('/bin/sleep', program);
    const runner = spawn(program, ['60']);
    try {
      await once(runner, 'spawn');
      expect(isWell()).toMatchObject({ status: 0, stderr: '', stdout: '' });
    } finally {
      runner.kill();
      await once(runner, 'exit');
    }
    expect(isWell()).toMatchObject({ status: 1, stderr: '', stdout: '' });
  });

  test('is hardened like any other service', () => {
    expect(composeOf(report()).services['report']).toMatchObject({ user: '10001:10001', read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'], init: true });
  });

  test('has an image with the cron runner in it, built on its own', () => {
    const { services, file } = composeOf(report());
    expect(services['report']).toMatchObject({ image: expect.stringMatching(/^shop-dev-example-app-1-0-10001:[0-9a-f]{12}$/), build: { context: './images/example-app-1-0-10001' } });
    expect(file('images/example-app-1-0-10001/Dockerfile')).toBe(`FROM golang:1.26-alpine AS cron
RUN --mount=type=cache,target=/root/.cache/go-build --mount=type=cache,target=/go/pkg/mod \\
    CGO_ENABLED=0 GOBIN=/out go install -trimpath -tags=timetzdata github.com/aptible/supercronic@v0.2.48

FROM example/app:1.0
LABEL org.opencontainers.image.base.name="example/app:1.0"
COPY --from=cron /out/supercronic /usr/local/bin/supercronic
USER 10001:10001
`);
  });

  test('of an image that is built here is one more stage of it, so that nothing waits for another build', () => {
    const stages = [{ name: 'production', from: 'alpine:3.22', instructions: [] }];
    const image = Image.build({ name: 'shop', version: '1.0', context: __dirname, stages, user: { uid: 1000, gid: 1000 }, tools: ['shell', 'curl'] });
    const { services, file } = composeOf(stack => {
      report({ image })(stack);
      service(stack, 'web', { image });
    });
    expect([services['report']!.build, services['web']!.build, services['web']!.image]).toEqual([
      { context: './images/shop', target: 'scheduled-report' }, { context: './images/shop', target: 'production' }, 'shop:1.0',
    ]);
    expect(file('images/shop/Dockerfile').split('\n').filter(line => line.startsWith('FROM'))).toEqual([
      'FROM alpine:3.22 AS production', 'FROM golang:1.26-alpine AS cron', 'FROM production AS scheduled-report',
    ]);
  });

  test('runs its program with its arguments, whatever is in them', () => {
    const words = ['plain', 'two words', "it's", '$HOME', '`id`', '"', '\\', '*', '', 'two\nlines', '-x', '😀', '%'];
    const { file } = composeOf(report({ args: words }));
    expect(printed(file('config/report-schedule/job'))).toBe(words.map(word => `<${word}>`).join(''));
  });

  test('runs by hand with the arguments of that hand instead of its own', () => {
    const { file } = composeOf(report({ command: ['/bin/report', '--verbose'], args: ['nightly'] }));
    expect(printed(file('config/report-schedule/run'), 'by hand', '*')).toBe('<--verbose><by hand><*>');
  });

  test('starts anew when its schedule changes', () => {
    const label = (hour: '02:30' | '03:30') => (composeOf(report({ runs: { ...SCHEDULE, cron: Cron.daily(hour) } })).services['report']!.labels as Record<string, string>)['compose8s.schedule'];
    expect(label('02:30')).toMatch(/^[0-9a-f]{16}$/);
    expect(label('02:30')).not.toBe(label('03:30'));
  });

  test('keeps its own configs and labels', () => {
    const { services } = composeOf(stack => { report({ mounts: [{ config: new Config(stack, 'settings', { files: { a: '' } }), path: '/etc/report' }] })(stack); });
    expect(Object.keys(services['report']!.labels!)).toEqual(['compose8s.content', 'compose8s.schedule']);
    expect(services['report']!.configs).toContainEqual({ source: 'settings.a', target: '/etc/report/a' });
  });
});
