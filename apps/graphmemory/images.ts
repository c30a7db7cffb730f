import { join } from 'node:path';
import { gunicorn, PythonImage, streamlit, uvicorn, type PythonImageProps } from '../../constructs';

const PROGRAMS = ['api', 'analytics', 'dashboard'] as const;
type Program = typeof PROGRAMS[number];

/** Unit tests of the packages, their headers and sources in other languages: nobody imports them. */
const NOT_IMPORTED = ['tests', 'include', '*.pyx', '*.pxd', '*.pxi', '*.pyi'];

/**
 * An image for each program, from one folder of sources and one lock file: each installs the dependencies of its own group.
 * What is left out of the installed packages keeps those with NumPy, Pandas and the like below 500 MB.
 */
export function images(version: string): Readonly<Record<Program, PythonImage>> {
  const image = (program: Program, uid: number, props: Pick<PythonImageProps, 'port' | 'command' | 'developmentCommand' | 'folders' | 'trim'>) => new PythonImage({
    ...props, version,
    name: `graphmemory-${program}`,
    context: join(__dirname, 'app'),
    installer: 'uv', groups: [program],
    // It checks what the program needs, waits for servers, and then becomes the program.
    entrypoint: ['python', '-m', 'service.entrypoint', program],
    user: { name: program, uid, gid: uid },
    ignore: PROGRAMS.filter(other => other !== program),
    labels: { description: `The ${program} of GraphMemory` },
  });
  return {
    api: image('api', 10001, {
      port: 8000,
      command: gunicorn({ app: 'api.main:app', port: 8000, workers: 2, workerClass: 'uvicorn_worker.UvicornWorker', maxRequests: 10_000, maxRequestsJitter: 500 }),
      developmentCommand: uvicorn({ app: 'api.main:app', port: 8000, reload: true }),
    }),
    analytics: image('analytics', 10003, {
      port: 8002,
      // One process: Kuzu's files belong to it alone.
      command: uvicorn({ app: 'analytics.main:app', port: 8002, workers: 1 }),
      developmentCommand: uvicorn({ app: 'analytics.main:app', port: 8002, reload: true }),
      folders: ['/var/lib/kuzu'],
      trim: NOT_IMPORTED,
    }),
    dashboard: image('dashboard', 10002, {
      port: 8501,
      command: streamlit({ script: 'dashboard/main.py', port: 8501 }),
      developmentCommand: streamlit({ script: 'dashboard/main.py', port: 8501, reload: true }),
      // Of Arrow, its RPC, its client of S3 and copies of libraries under other names; of pydeck, what Jupyter shows. No page asks for them.
      trim: [...NOT_IMPORTED, 'pyarrow/*flight*', 'pyarrow/*s3*', 'pyarrow/libarrow_*.so', 'pyarrow/*.so.*.*', 'pydeck/nbextension', 'share/jupyter'],
    }),
  };
}
