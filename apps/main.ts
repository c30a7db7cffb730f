import { systems } from '.';
import { App } from '../lib';

const app = new App();
systems(app);
app.synth();
