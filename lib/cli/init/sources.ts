/** What the sources import: a class of the same name would hide it. */
const TAKEN = ['App', 'Compose', 'HealthProbes', 'Image', 'Instruction', 'Kubernetes', 'Postgres', 'Stack', 'WebService'];

/** The files of a new project that people will go on with. */
export function sources(name: string): Readonly<Record<string, string>> {
  const words = name.split('-').map(word => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  const type = TAKEN.includes(words) ? `${words}System` : words;
  return {
    'stack.ts': `import { join } from 'node:path';
import { Image, Instruction, Stack, type App, type StackProps } from 'compose8s';
import { HealthProbes, Postgres, WebService } from 'compose8s/constructs';

export interface ${type}Props extends StackProps {
  /** The release: the tag of the image. */
  readonly version: string;
  readonly replicas: number;
  /** For the database. */
  readonly storage: \`\${number}Gi\`;
  /** The port on this machine where the web can be seen. Default: none. */
  readonly published?: number;
}

/** All that runs: one class for every environment, which differ by their props only. */
export class ${type} extends Stack {
  constructor(app: App, environment: string, { version, replicas, storage, published, ...props }: ${type}Props) {
    super(app, '${name}', environment, props);
    const db = new Postgres(this, 'db', { version: 17, storage });
    new WebService(this, 'web', {
      image: Image.build({
        name: '${name}', version, context: join(__dirname, 'app'), user: { uid: 1000, gid: 1000 }, tools: ['node', 'wget'],
        stages: [{
          name: 'run', from: 'node:22-alpine',
          instructions: [
            Instruction.workdir('/app'),
            Instruction.copy('.', '/app'),
            Instruction.user(1000),
            Instruction.cmd('node', 'server.js'),
          ],
        }],
      }),
      port: 8080, replicas, ...(published ? { published } : {}),
      resources: { cpu: '500m', memory: '256Mi' },
      env: { DATABASE_URL: db.url },     // this line is the edge web → db
      probes: HealthProbes.http({ ready: '/ready', alive: '/alive' }),
    });
  }
}
`,
    'main.ts': `import { App, Compose, Kubernetes } from 'compose8s';
import { ${type} } from './stack';

const app = new App();
new ${type}(app, 'dev', { targets: [new Compose()], version: 'dev', replicas: 1, storage: '1Gi', published: 8080 });
new ${type}(app, 'prod', { targets: [new Compose({ host: 'server', registry: 'registry.example' }), new Kubernetes({ registry: 'registry.example' })], version: '1.0.0', replicas: 2, storage: '10Gi' });
app.synth();
`,
    'stack.test.ts': `import { expect, test } from '@jest/globals';
import { App, Compose, Kubernetes } from 'compose8s';
import 'compose8s/testing/jest';
import { ${type} } from './stack';

const stack = new ${type}(new App(), 'test', { targets: [new Compose(), new Kubernetes()], version: '1.0.0', replicas: 2, storage: '1Gi' });

test('the web starts when its database is healthy', () => {
  expect(stack).toHaveService('web', { depends_on: { db: { condition: 'service_healthy' } } });
});

test('the web has two replicas', () => {
  expect(stack).toHaveService('web', { deploy: { replicas: 2 } });
  expect(stack).toHaveResource('Deployment', 'web', { spec: { replicas: 2 } });
});

test('the database is for the web only', () => {
  expect(stack).toReach('web', 'db', 5432);
  expect(stack).not.toReach('internet', 'db');
  expect(stack).not.toReach('db', 'internet');
});

test('nothing changes unseen: commit the snapshot, and look at what changes in it', () => {
  expect(stack).toMatchSnapshot();
});
`,
    'app/.dockerignore': 'node_modules\n*.log\n',
    'app/server.js': `const { createServer } = require('node:http');

/** Says hello; put your own program here. */
const server = createServer((request, response) => {
  response.setHeader('Content-Type', 'text/plain');
  response.end(request.url === '/ready' || request.url === '/alive' ? 'ok\\n' : 'Hello from ${name}\\n');
});
server.listen(8080);
process.on('SIGTERM', () => server.close());
`,
  };
}
