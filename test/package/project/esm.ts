// In a package of type "module", where TypeScript sees the library as Node.js does.
import { App, Compose, Kubernetes, Stack, type StackProps } from 'compose8s';
import { Postgres, type PostgresProps } from 'compose8s/constructs';
import { differences, Template } from 'compose8s/testing';

const props: StackProps = { targets: [new Compose(), new Kubernetes()] };
const storage: PostgresProps = { storage: '1Gi' };
const stack = new Stack(new App(), 'shop', 'dev', props);
new Postgres(stack, 'db', storage);
const replicas: number | undefined = Template.of(stack, new Kubernetes()).get('StatefulSet/db').spec.replicas;
console.log(differences(1, replicas).length);
