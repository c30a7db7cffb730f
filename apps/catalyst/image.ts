import { join } from 'node:path';
import { gunicorn, HealthProbes, PythonImage, uvicorn } from '../../constructs';

const APP = 'catalyst.main:app';
/** Where developers attach. */
export const DEBUG_PORT = 5678;

/**
 * production → development; their base is `python:3.11-slim` as it is, without a stage of its own. What compiles stays in
 * `builder` and, upon it, `development-builder`, of which only the installed packages are copied.
 */
export function catalystImage(version: string): PythonImage {
  return new PythonImage({
    name: 'catalyst',
    version,
    context: join(__dirname, 'app'),
    python: '3.11-slim',
    packages: {
      // psycopg is compiled against libpq. Pillow comes compiled for the common machines; for others it is built here, with
      // the headers for JPEG and (by way of libpng-dev, zlib) for PNG.
      builder: ['build-essential', 'libpq-dev', 'libjpeg-dev', 'libpng-dev'],
      // libpq5 is what psycopg was compiled against, curl asks for the health. libgl1 is not there: it is what OpenCV's windows
      // need, and Tesseract itself finds letters in uneven light. libglib2.0-0 comes with tesseract-ocr, whose layout needs it.
      runtime: ['tesseract-ocr', 'tesseract-ocr-eng', 'libpq5', 'curl'],
      // For people at a prompt.
      development: ['postgresql-client', 'git'],
    },
    developmentRequirements: 'requirements-dev.txt',
    user: { name: 'app', uid: 1000, gid: 1000 },
    port: 8000,
    command: gunicorn({
      app: APP, port: 8000, workers: 4, workerClass: 'uvicorn_worker.UvicornWorker',
      timeout: '120s', gracefulTimeout: '30s', keepAlive: '5s', maxRequests: 1000, maxRequestsJitter: 100,
    }),
    developmentCommand: ['python', '-m', 'debugpy', '--listen', `0.0.0.0:${DEBUG_PORT}`, '-m', ...uvicorn({ app: APP, port: 8000, reload: true })],
    labels: { description: 'Reads the text in pictures' },
  });
}

/**
 * `/health` is 503 without Postgres; `/health/live` looks at nothing but the process. The image's own `HEALTHCHECK` asks the
 * second: a container that somebody runs by itself has no database, and would never be healthy. In the system Compose asks `/health`.
 */
export const probes = HealthProbes.http({ ready: '/health', alive: '/health/live', every: '30s', timeout: '10s', failures: 3, startup: '30s' });
