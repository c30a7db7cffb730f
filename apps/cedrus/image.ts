import { join } from 'node:path';
import { gunicorn, PythonImage } from '../../constructs';

/** Two stages on `python:3.13-slim-bookworm`, and a third for development. */
export function cedrusImage(version: string): PythonImage {
  return new PythonImage({
    name: 'cedrus',
    version,
    context: join(__dirname, 'app'),
    python: '3.13-slim-bookworm',
    packages: { builder: ['gcc', 'g++', 'libpq-dev'], runtime: ['libpq5', 'curl'] },
    user: { name: 'cedrus', uid: 1000, gid: 1000 },
    folders: ['/srv/static', '/srv/media'],
    port: 8000,
    command: gunicorn({
      app: 'cedrus.wsgi:application',
      port: 8000, workers: 4, workerClass: 'sync', timeout: '30s', gracefulTimeout: '30s', keepAlive: '5s', maxRequests: 1000, maxRequestsJitter: 50,
    }),
    developmentCommand: ['python', 'manage.py', 'runserver', '0.0.0.0:8000'],
    ignore: ['**/tests', '**/tests.py'],
    labels: { description: 'The Cedrus document library' },
  });
}
