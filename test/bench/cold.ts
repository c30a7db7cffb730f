/** One system, in both environments and on both targets: what a start costs, however many systems there are in `apps`. */
import { cedrus } from '../../apps/cedrus';
import { App } from '../../lib';

const app = new App();
cedrus(app);
app.synth();
