import { App } from '../lib';
import { cedrus } from './cedrus';

const app = new App();
cedrus(app);
app.synth();
