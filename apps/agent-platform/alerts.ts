import type { RuleGroup } from '../../constructs';
import { advice, type Runbook } from '../../lib';

const WORKER = 'worker';
const logs = { do: 'logs', of: WORKER } as const;
const restart = { do: 'restart', of: WORKER } as const;

/**
 * What the products' own alerts do not see: whether messages get their answers.
 *
 * A job that fails is given up after five tries, about two minutes, and a round takes a few seconds, or half a minute where a
 * store is away: what takes longer does not end by itself.
 */
export const WORK: RuleGroup = {
  name: 'work',
  rules: [
    {
      alert: 'WorkerHangs', severity: 'critical', for: '1m',
      // Its metrics have a thread of their own: `up` says nothing about the work.
      expr: `time() - agents_worker_round_timestamp_seconds{service="${WORKER}"} > 120`,
      summary: 'a worker ({{ $labels.instance }}) has not gone round with its queue for {{ $value | humanizeDuration }}, though it runs',
    },
    {
      alert: 'MessagesWait', severity: 'critical', for: '5m',
      // Each worker sees the one queue of all. One that hangs, or cannot reach it, sees what it saw last, and does not count.
      expr: `
        min by (service) (
          min_over_time(agents_jobs_waiting{service="${WORKER}"}[5m])
          unless on (instance) time() - agents_worker_round_timestamp_seconds{service="${WORKER}"} > 120
        ) > 0`,
      summary: 'for ten minutes there were always messages without an answer: {{ $value }} at the least',
    },
  ],
};

/** What to do about each. */
export const WORK_RUNBOOKS: readonly Runbook[] = [
  { purpose: 'alert', title: 'WorkerHangs', content: [
    advice`What it did last: ${logs}.`,
    advice`Start it anew: ${restart}. The job that it had goes to another worker after 15 seconds, or comes again. A cluster does so by itself, five minutes after the last round.`,
    advice`If it hangs again at the same message, that one is given up at the sixth time: look at its text before the next release.`,
  ] },
  { purpose: 'alert', title: 'MessagesWait', content: [
    advice`Look for an alert on a worker, the agent, Postgres or Redis first, and follow that one's section.`,
    advice`What the workers say: ${logs}. \`it did not work, and will be tried again\`, over and over, names what fails.`,
    advice`They go round, and all answers come late: there are more messages than workers can answer. More \`replicas\` of the worker, in the program.`,
  ] },
];
