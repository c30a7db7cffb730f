import { run, type Outcome } from './shell';
import { sleep } from './until';

const DOWN = ['--profile', '*', 'down', '--volumes', '--remove-orphans', '--timeout', '5'];
const TRIES = 10;

/**
 * Removes a Compose project with its volumes. An engine under load lets go of a container's network only a while after the
 * container is gone, where `down` fails, or leaves the network and says nothing: its addresses would be missing to others.
 *
 * @param compose how Compose is called, where the name of the project is not enough.
 * @throws what the last try has left, or said.
 */
export async function down(project: string, compose = (...args: readonly string[]) => byName(project, args)): Promise<void> {
  for (let tries = 1; ; tries++) {
    const { code, stdout, stderr } = await compose(...DOWN);
    const networks = await networksOf(project);
    if (code === 0 && networks === '') return;
    if (tries === TRIES) throw new Error(`${project} is not removed, \`down\` ended with ${code}; networks that are left: ${networks || 'none'}\n${stderr}${stdout}`);
    await sleep(2000);
  }
}

function byName(project: string, args: readonly string[]): Promise<Outcome> {
  return run('docker', ['compose', '--project-name', project, ...args]);
}

async function networksOf(project: string): Promise<string> {
  const { stdout, stderr } = await run('docker', ['network', 'ls', '--filter', `label=com.docker.compose.project=${project}`, '--format', '{{.Name}}']);
  return (stdout + stderr).trim().replaceAll('\n', ', ');
}
