import { commandLine, Duration, type CommandLine, type DurationLike } from '../lib/model';

/** The application that Gunicorn serves, and with how many workers. */
export interface GunicornProps {
  /** Module and variable: `cedrus.wsgi:application`. */
  readonly app: string;
  /** The port that it listens on, at all addresses. Default: 8000. */
  readonly port?: number;
  /** Processes that take requests. Default: 2. */
  readonly workers?: number;
  /** `uvicorn_worker.UvicornWorker`, of the package `uvicorn-worker`, for ASGI. Default: `sync`. */
  readonly workerClass?: 'sync' | 'gthread' | 'uvicorn_worker.UvicornWorker';
  /** A worker that is silent for so long is replaced. Default: 30 s. */
  readonly timeout?: DurationLike;
  /** What a worker may take to finish at a stop. Default: 30 s. */
  readonly gracefulTimeout?: DurationLike;
  /** How long an idle connection stays open. Default: 5 s. */
  readonly keepAlive?: DurationLike;
  /** Requests after which a worker is replaced, against leaks. Default: it never is. */
  readonly maxRequests?: number;
  /** How many more a worker may take, by chance, so that not all are replaced at once. Default: 0. */
  readonly maxRequestsJitter?: number;
}

/** The command line of Gunicorn. Workers prove that they live by a file in memory: on a disk that can block them. */
export function gunicorn({ app, port = 8000, workers = 2, workerClass = 'sync', timeout = '30s', gracefulTimeout = '30s', keepAlive = '5s', maxRequests, maxRequestsJitter }: GunicornProps): CommandLine {
  return commandLine(attempt => {
    const seconds = (field: string, duration: DurationLike) => `${attempt(`gunicorn ${field}`, () => Duration.of(duration).wholeSeconds, 30)}`;
    return [
      'gunicorn', app,
      '--bind', `0.0.0.0:${port}`,
      '--workers', `${workers}`,
      '--worker-class', workerClass,
      '--worker-tmp-dir', '/dev/shm',
      '--timeout', seconds('timeout', timeout),
      '--graceful-timeout', seconds('gracefulTimeout', gracefulTimeout),
      '--keep-alive', seconds('keepAlive', keepAlive),
      ...(maxRequests === undefined ? [] : ['--max-requests', `${maxRequests}`]),
      ...(maxRequestsJitter === undefined ? [] : ['--max-requests-jitter', `${maxRequestsJitter}`]),
      // It would put a socket into the home directory, which is read-only.
      '--no-control-socket',
    ];
  });
}
