// Of type "module": TypeScript and Node.js see the library as ESM does.
import { App, Compose, Kubernetes, type Target } from 'compose8s';
import { Template } from 'compose8s/testing';
import { Shop } from './shop.js';

const app = new App();
const targets: readonly Target[] = [new Compose(), new Kubernetes()];
const shop = new Shop(app, 'prod', { targets, host: 'shop.example', replicas: 3 });
app.synth();
const { spec } = Template.of(shop, new Kubernetes()).get('Deployment/api');
const replicas: number | undefined = spec?.replicas;
if (!import.meta.url.endsWith('/main.ts') || replicas !== 3) throw new Error(`${import.meta.url} has ${replicas} replicas`);
