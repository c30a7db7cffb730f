import { expect, test } from '@jest/globals';
import { Grafana, Jaeger, Loki } from '../../../constructs';
import { App, Compose, Kubernetes, Stack, synthesize } from '../../../lib';
import { textOf } from '../../support/stacks';

const stack = new Stack(new App(), 'shop', 'dev', { targets: [new Compose(), new Kubernetes()] });
const loki = new Loki(stack, 'logs', { retention: '7d' });
const jaeger = new Jaeger(stack, 'traces');
new Grafana(stack, 'graphs', { sources: { loki: loki.endpoint, jaeger: jaeger.endpoint } });
const { emissions, problems } = synthesize(stack.node.root);
const guide = (target: string) => textOf(emissions.find(emission => emission.target.name === target)!.files, 'OPERATIONS.md');

test('the guide tells what to do about logs, traces and the password for graphs, in the words of each target', () => {
  expect(problems).toEqual([]);
  const reset = `'grafana cli --homepath /usr/share/grafana admin reset-admin-password --password-from-stdin < /run/secrets/grafana/password'`;
  for (const [target, expected] of [
    ['compose', [`docker compose exec graphs sh -c ${reset}`, '`docker compose exec logs /usr/bin/loki -health`', '`docker compose logs --tail 100 logs-alloy`', '`docker compose logs --tail 100 traces`']],
    ['kubernetes', [`kubectl exec --stdin --tty statefulset/graphs -- sh -c ${reset}`, '`kubectl exec --stdin --tty statefulset/logs -- /usr/bin/loki -health`', '`kubectl logs --selector=app.kubernetes.io/name=logs-alloy --tail=100`', '`kubectl logs --selector=app.kubernetes.io/name=traces --tail=100`']],
  ] as const) {
    for (const line of expected) expect(guide(target)).toContain(line);
    for (const title of ['Where log lines do not come', 'Where traces do not come', 'Graphs, and the password for them']) expect(guide(target)).toContain(`### ${title}\n`);
    expect(guide(target)).toContain('which keeps them for 7 days');
    expect(guide(target)).toContain('Traces are kept for 3 days.');
  }
});
