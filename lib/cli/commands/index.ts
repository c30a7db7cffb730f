import type { CliCommand } from '../command';
import { compare } from './compare';
import { completion } from './completion';
import { diff } from './diff';
import { down } from './down';
import { explore } from './explore';
import { graph } from './graph';
import { init } from './init';
import { list } from './list';
import { parity } from './parity';
import { secretsCheck } from './secrets-check';
import { secretsInit } from './secrets-init';
import { secretsKubernetes } from './secrets-kubernetes';
import { securityReport } from './security-report';
import { synth } from './synth';
import { up } from './up';
import { validate } from './validate';

/** Every command, in the order of the help. A new one is a file here and a line below. */
export const COMMANDS: readonly CliCommand[] = [init, synth, validate, diff, compare, list, graph, explore, parity, up, down, secretsInit, secretsCheck, secretsKubernetes, securityReport, completion];
