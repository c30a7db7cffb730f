import { Console } from 'node:console';
import type { App } from './app';

/** A command line that waits for the stacks' program to answer it. */
export interface Request {
  readonly argv: readonly string[];
  /** A file to make, as a sign that the program has come to answer. */
  readonly answered: string;
}

/** The environment variable that carries it there. */
export const REQUEST = 'COMPOSE8S_REQUEST';

type Answer = (app: App, request: Request) => Promise<void>;
let answer: Answer | undefined;

/** Says who answers requests. The command line builds upon the core, which so need not know it. */
export function answerRequestsBy(by: Answer): void {
  answer = by;
  // A program that is started by another one (npx) has loaded nothing before.
  if (process.env[REQUEST]) printAside();
}

/** What the program prints is for people, and must not stand in what a command prints for programs. */
function printAside(): void {
  globalThis.console = new Console(process.stderr);
  process.stdout.write = process.stderr.write.bind(process.stderr);
}

/** What is printed from now on is the answer, but for what goes through `console`. */
export function printAnswer(): void {
  Reflect.deleteProperty(process.stdout, 'write');
}

let answered: App | undefined;

/** Has the request to this process answered, in place of the synthesis. `false` where there is none. */
export function answerRequest(app: App): boolean {
  // Whatever was asked for, another app must not write its output.
  if (answered && answered !== app) throw new Error('the program synthesizes a second App, of which the command line sees nothing: put all stacks into one');
  const request = takeRequest();
  if (!request) return false;
  answered = app;
  if (!answer) throw new Error('nobody is there to answer the command line: import App from compose8s');
  void answer(app, request);
  return true;
}

/** Takes the request out of the environment, so that it is answered once, and by no process that the program starts. */
function takeRequest(): Request | undefined {
  const text = process.env.COMPOSE8S_REQUEST;
  if (!text) return undefined;
  delete process.env.COMPOSE8S_REQUEST;
  return JSON.parse(text) as Request;
}
