import { expect, test } from '@jest/globals';
import { addRunbook, Compose, Kubernetes, steps, synthesize, Volume } from '../../lib';
import { service, shop, textOf } from '../support/stacks';

test.each([
  { target: new Compose(), lines: ['docker compose rm --stop --force db', 'docker volume rm shop-dev_data', 'docker compose up --wait'] },
  { target: new Kubernetes(), lines: ['kubectl scale statefulset/db --replicas=0', 'kubectl delete persistentvolumeclaim data-db-0', 'kubectl scale statefulset/db --replicas=1'] },
])('a workload is told to start on empty volumes, but for those of others, on $target.name', ({ target, lines }) => {
  const { emissions: [emission] } = synthesize(shop(stack => {
    const mount = (id: string) => ({ volume: new Volume(stack, id, { size: '1Gi' }), path: `/${id}` });
    const shared = mount('shared');
    const db = service(stack, 'db', { mounts: [mount('data'), shared] });
    service(stack, 'web', { mounts: [shared] });
    addRunbook(stack, () => [{ purpose: 'start', title: 'Anew', of: db, content: [steps([{ do: 'empty', of: db }])] }]);
  }, { targets: [target] }));
  const [, trouble] = textOf(emission!.files, 'OPERATIONS.md').split('\n## When something does not start\n');
  expect(trouble).toContain(`\n### Anew\n\n\`\`\`sh\n${lines.join('\n')}\n\`\`\`\n`);
});
