import { load } from 'js-yaml';
import { HealthProbes } from '../../constructs';
import { App, Compose, Image, printProblems, Stack, synthesize, Workload, type ComposeFile, type ComposeService, type Note, type OutputFile, type StackProps, type WorkloadProps } from '../../lib';
import { composeErrors } from './compose-schema';

/** An image of which all is known, so that a test need not speak of it. */
export const IMAGE = Image.registry('example/app:1.0', { user: { uid: 10001, gid: 10001 }, tools: ['curl', 'nc', 'shell'], folders: ['/data'] });

/** An app of one stack, `shop/dev`, for Compose. */
export function shop(build: (stack: Stack) => void, props: Partial<StackProps> = {}, outdir?: string): App {
  const app = new App({ outdir });
  build(new Stack(app, 'shop', 'dev', { targets: [new Compose()], ...props }));
  return app;
}

/** A service that answers HTTP on 8080. */
export function service(stack: Stack, id: string, props: Partial<WorkloadProps> = {}): Workload {
  return new Workload(stack, id, { image: IMAGE, ports: { http: 8080 }, probes: HealthProbes.http({ ready: '/ready' }), ...props });
}

/** All problems of an app, as they are printed. */
export function problemsOf(app: App): string {
  return printProblems(synthesize(app).problems);
}

export interface ComposeNetwork {
  readonly internal?: boolean;
  readonly ipam?: { readonly config: readonly { readonly subnet: string }[] };
  readonly labels?: Record<string, string>;
  readonly driver_opts?: Record<string, string>;
}

export interface ComposeOutput extends Omit<ComposeFile, 'services' | 'networks'> {
  readonly services: Record<string, ComposeService>;
  readonly networks: Record<string, ComposeNetwork>;
  readonly notes: readonly Note[];
  /** The text of a file beside `compose.yaml`. */
  readonly file: (path: string) => string;
  readonly files: ReadonlyMap<string, OutputFile>;
}

/** What Compose gets of a stack: read back from the printed files, which the schema accepts. */
export function composeOf(build: (stack: Stack) => void, props: Partial<StackProps> = {}): ComposeOutput {
  const { emissions, problems, notes } = synthesize(shop(build, props));
  if (problems.length > 0) throw new Error(printProblems(problems));
  const { files } = emissions.find(({ target }) => target.name === 'compose')!;
  const file = (path: string) => textOf(files, path);
  const sections: ComposeFile = {};
  for (const path of ['compose.yaml', 'services.yaml'].filter(name => files.has(name))) {
    const errors = composeErrors(file(path));
    if (errors.length > 0) throw new Error(errors.join('\n'));
    Object.assign(sections, load(file(path)));
  }
  return { services: {}, networks: {}, ...sections, notes, file, files } as ComposeOutput;
}

export function textOf(files: ReadonlyMap<string, OutputFile>, path: string): string {
  const found = files.get(path);
  if (!found || !('text' in found)) throw new Error(`no text at ${path}; there are: ${[...files.keys()].join(', ')}`);
  return found.text;
}

/** What is thrown, in full. */
export function thrownBy(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it threw nothing');
}
