import { backupAndRestore } from './backup-and-restore';
import { deploy } from './deploy';
import { environments } from './environments';
import { migrateAComposeProject } from './migrate-a-compose-project';
import { operations } from './operations';
import type { HowTo } from './page';
import { scaleOut } from './scale-out';
import { secrets } from './secrets';
import { securityScan } from './security-scan';
import { tls } from './tls';
import { upgrades } from './upgrades';

export const WITHOUT_ENGINE: readonly HowTo[] = [deploy, environments, operations, tls];
/** They start containers, or apply to a cluster. */
export const WITH_ENGINE: readonly HowTo[] = [backupAndRestore, migrateAComposeProject, scaleOut, secrets, securityScan, upgrades];
