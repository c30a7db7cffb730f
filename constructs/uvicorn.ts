import { commandLine, Duration, type CommandLine, type DurationLike } from '../lib/model';

/** The ASGI application that Uvicorn serves. */
export interface UvicornProps {
  /** Module and variable: `shop.main:app`. */
  readonly app: string;
  /** The port that it listens on, at all addresses. Default: 8000. */
  readonly port?: number;
  /** Starts anew when a source changes: for developers, in one process. Default: false. */
  readonly reload?: boolean;
  /** Processes that take requests. Default: 1. With `reload` there is one. */
  readonly workers?: number;
  /** What requests may take to finish at a stop. Default: 30 s. */
  readonly gracefulTimeout?: DurationLike;
}

/** The command line of Uvicorn. For several workers that are replaced when they hang, see {@link gunicorn}. */
export function uvicorn({ app, port = 8000, reload = false, workers = 1, gracefulTimeout = '30s' }: UvicornProps): CommandLine {
  return commandLine(attempt => [
    'uvicorn', app,
    '--host', '0.0.0.0',
    '--port', `${port}`,
    ...(reload ? ['--reload'] : ['--workers', `${workers}`]),
    '--timeout-graceful-shutdown', `${attempt('uvicorn gracefulTimeout', () => Duration.of(gracefulTimeout).wholeSeconds, 30)}`,
  ]);
}
