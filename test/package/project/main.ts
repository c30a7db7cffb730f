import { App, Compose, Kubernetes } from 'compose8s';
import { Shop } from './shop';

const app = new App();
new Shop(app, 'prod', { targets: [new Compose(), new Kubernetes()], host: 'shop.example', replicas: 3 });
app.synth();
