import { healthCommand, toolsFor } from '../../core/health-command';
import { portOf, type Workload } from '../../model';
import type { Context } from './context';
import type { ComposeService } from './types';

type Healthcheck = NonNullable<ComposeService['healthcheck']>;

/** The health check of a service: its readiness, asked with a tool that the image has. */
export function healthcheckOf(workload: Workload, { findings }: Context): Healthcheck {
  const { probes, image, ports } = workload.spec;
  if (!probes) return { disable: true };
  const { ready, alive, started, startup, ...rest } = probes;
  rest satisfies Record<string, never>;
  const { check, every, timeout, failures } = ready;
  const port = check.kind === 'command' ? undefined : ports[portOf(check, ports)!]!.number;
  const command = healthCommand(check, port, image.facts.tools ?? []);
  if (!command && check.kind !== 'command') {
    const tools = toolsFor(check);
    findings.problem(workload, {
      code: 'probe-tool',
      what: `the image ${image.reference} has no tool known that could make its ${check.kind} check from inside, as Docker wants it`,
      fix: `name one that it has (${tools.join(', ')}): Image.registry(…, { tools: ['${tools[0]}'] }), or use HealthProbes.command([…])`,
    });
  }
  if (alive) findings.note(workload, 'probes.alive', 'left-out', 'Docker has one health check, from readiness, and restarts no container for it, but only one that exits');
  if (started) findings.note(workload, 'probes.started', 'approximated', 'readiness is asked from the beginning; failures of the first moments do not count');
  return {
    test: ['CMD', ...(command ?? [])].map(word => word.replaceAll('$', '$$$$')),
    interval: `${every}`, timeout: `${timeout}`, retries: failures, start_period: `${startup}`,
  };
}
