import { join } from 'node:path';
import { PythonImage, uvicorn } from '../../constructs';

/** One image for all four programs: the backend, by itself, and the agent, the workers and the work of a release by their command lines. */
export function agentImage(version: string): PythonImage {
  return new PythonImage({
    name: 'agent-platform',
    version,
    context: join(__dirname, 'app'),
    packages: { runtime: ['curl'] },
    developmentRequirements: 'requirements-development.txt',
    user: { name: 'agents', uid: 10001, gid: 10001 },
    port: 8000,
    command: uvicorn({ app: 'agents.backend:app', port: 8000 }),
    developmentCommand: uvicorn({ app: 'agents.backend:app', port: 8000, reload: true }),
    labels: { description: 'Takes messages, and has an agent answer them' },
  });
}
