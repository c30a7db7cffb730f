import { WITH_ENGINE } from '../docs/howto';
import { describeHowTo } from '../docs/howto/page';

for (const howTo of WITH_ENGINE) describeHowTo(howTo);
