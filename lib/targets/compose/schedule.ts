import { posix } from 'node:path';
import type { Run, Workload } from '../../model';
import { sha256 } from '../../core/output';
import { shellWord } from '../../core/shell';
import type { Context } from './context';
import { configName, configPath } from './storage';
import type { ComposeService } from './types';

const FOLDER = '/etc/compose8s';
const SCHEDULE_FILES = ['crontab', 'job', 'run'] as const;
type ScheduleFile = (typeof SCHEDULE_FILES)[number];

/** Whether the cron runner is there, by nothing but the shell: slim images have neither `pidof` nor `ps`. */
const IS_RUNNING = 'for file in /proc/[0-9]*/comm; do read -r name < "$file" && [ "$name" = supercronic ] && exit 0; done 2> /dev/null; exit 1';

/**
 * A service that sleeps until the schedule calls; `docker compose run --rm <service> <arguments>` runs the job by hand.
 */
export function scheduled(workload: Workload, runs: Extract<Run, { kind: 'schedule' }>, service: ComposeService, { graph, files, findings }: Context): ComposeService {
  const { cron, deadline, kind: _kind, ...rest } = runs;
  rest satisfies Record<string, never>;
  const { image, command, args = [] } = workload.spec;
  const name = graph.name(workload);
  if (image.facts.tools && !image.facts.tools.includes('shell')) {
    findings.problem(workload, { code: 'schedule-shell', what: `the image ${image.reference} has no shell, which the cron runner of the Compose file needs`, fix: "use an image with /bin/sh, and say so: tools: ['shell']" });
  }
  findings.note(workload, 'runs.cron', 'approximated', 'a run that was due while the host was down is skipped, and one that failed is not tried again; a cluster makes up for it within an hour, and tries once more');
  if (deadline.inSeconds !== deadline.wholeSeconds) findings.note(workload, 'runs.deadline', 'approximated', `rounded up to whole seconds: ${deadline} is ${deadline.wholeSeconds}s`);
  if (!command) {
    findings.problem(workload, { code: 'schedule-command', what: 'it runs on a schedule, and does not say what to run', fix: 'give the program: command: […]' });
    return service;
  }
  const program = command.map(word => shellWord(word.literal ?? '')).join(' ');
  const job = [program, ...args.map(word => shellWord(word.literal ?? ''))].join(' ');
  if ([...command, ...args].some(word => word.literal === undefined)) {
    findings.problem(workload, { code: 'schedule-reference', what: 'the command line of a scheduled workload refers to an endpoint or a secret', fix: 'put the reference into an environment variable that the program reads' });
  }
  const contents: Record<ScheduleFile, string> = {
    crontab: `CRON_TZ=${cron.timeZone}\n${cron.expression} timeout ${deadline.wholeSeconds} ${FOLDER}/job\n`,
    job: `#!/bin/sh\nexec ${job}\n`,
    run: `#!/bin/sh\n# Without arguments it waits for the schedule; with arguments it runs the job with them, once.\n[ $# -gt 0 ] || exec supercronic -passthrough-logs ${FOLDER}/crontab\nexec ${program} "$@"\n`,
  };
  const configs = Object.keys(contents).map(file => ({ source: configName(`${name}-schedule`, file), target: posix.join(FOLDER, file) }));
  for (const [file, text] of Object.entries(contents)) files.set(configPath(`${name}-schedule`, file).slice(2), { text, executable: file !== 'crontab' });
  const { command: _command, entrypoint: _entrypoint, labels = {}, ...others } = service;
  return {
    ...others,
    entrypoint: [`${FOLDER}/run`],
    command: [],
    healthcheck: { test: ['CMD', '/bin/sh', '-c', IS_RUNNING.replaceAll('$', '$$$$')], interval: '30s', timeout: '5s', retries: 3, start_period: '10s' },
    configs: [...(service.configs ?? []) as object[], ...configs] as ComposeService['configs'],
    labels: { ...labels as Record<string, string>, 'compose8s.schedule': sha256(Object.values(contents).join('\0')).slice(0, 16) },
  };
}

/** The top-level entries for the files of a scheduled workload. */
export function scheduleConfigs(name: string): readonly (readonly [string, { readonly file: string }])[] {
  return SCHEDULE_FILES.map(file => [configName(`${name}-schedule`, file), { file: configPath(`${name}-schedule`, file) }]);
}
