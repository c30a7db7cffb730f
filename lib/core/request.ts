/** A command line that waits for the stacks' program to answer it. */
export interface Request {
  readonly argv: readonly string[];
  /** A file to make, as a sign that the program has come to answer. */
  readonly answered: string;
}

/** The environment variable that carries it there. */
export const REQUEST = 'COMPOSE8S_REQUEST';

/** Takes the request out of the environment, so that it is answered once, and by no process that the program starts. */
export function takeRequest(): Request | undefined {
  const text = process.env.COMPOSE8S_REQUEST;
  if (!text) return undefined;
  delete process.env.COMPOSE8S_REQUEST;
  return JSON.parse(text) as Request;
}
