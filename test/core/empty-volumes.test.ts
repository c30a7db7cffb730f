import { expect, test } from '@jest/globals';
import { addRunbook, Compose, Kubernetes, steps, synthesize, text, Volume, Workload } from '../../lib';
import { service, shop, textOf } from '../support/stacks';

test.each([
  { target: new Compose(), lines: ['docker compose rm --stop --force db', 'docker volume rm shop-dev_data', 'docker compose up --wait'] },
  { target: new Kubernetes(), lines: ['kubectl scale statefulset/db --replicas=0', 'kubectl delete persistentvolumeclaim data-db-0', 'kubectl scale statefulset/db --replicas=1', 'kubectl delete job --selector=app.kubernetes.io/name=migrate', 'kubectl apply --server-side -f dist/shop/dev/kubernetes --selector=app.kubernetes.io/name=migrate'] },
])('a workload is told to start on empty volumes, but for those of others, and the work that gave up meanwhile is done once more, on $target.name', ({ target, lines }) => {
  const { emissions: [emission] } = synthesize(shop(stack => {
    const mount = (id: string) => ({ volume: new Volume(stack, id, { size: '1Gi' }), path: `/${id}` });
    const shared = mount('shared');
    const db = service(stack, 'db', { mounts: [mount('data'), shared] });
    const migrate = new Workload(stack, 'migrate', { image: db.spec.image, command: ['migrate'], env: { DB: text`${db.endpoint('http')}` }, runs: { kind: 'release', check: ['done'] } });
    service(stack, 'web', { mounts: [shared], after: [migrate] });
    addRunbook(stack, () => [{ purpose: 'start', title: 'Anew', of: db, content: [steps([{ do: 'empty', of: db }])] }]);
  }, { targets: [target] }));
  const [, trouble] = textOf(emission!.files, 'OPERATIONS.md').split('\n## When something does not start\n');
  expect(trouble).toContain(`\n### Anew\n\n\`\`\`sh\n${lines.join('\n')}\n\`\`\`\n`);
});
