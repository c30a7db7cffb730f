import type { GraphCommand } from '../command';
import { secretsCheck } from './secrets-check';
import { secretsInit } from './secrets-init';
import { secretsKubernetes } from './secrets-kubernetes';
import { synth } from './synth';

/** Every command, in the order of the help. A new one is a file here and a line below. */
export const COMMANDS: readonly GraphCommand[] = [synth, secretsInit, secretsCheck, secretsKubernetes];
