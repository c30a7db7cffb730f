import type { Check, Tool } from '../model';

interface Request { readonly port: number; readonly path: string; readonly headers: Readonly<Record<string, string>> }

const urlOf = ({ port, path }: Request) => `http://127.0.0.1:${port}${path}`;

/**
 * Each asks for a path and fails unless the answer is 2xx or 3xx: a redirect is an answer, and is not followed, as it may
 * lead to where the container cannot go. Only wget follows: busybox' has no option against it, and GNU's takes the redirect
 * for a failure then. The lightest comes first: Node.js needs 40 MB for a moment. No shell: arguments need no escaping.
 */
const HTTP: readonly (readonly [Tool, (request: Request) => readonly string[]])[] = [
  ['curl', request => ['curl', '-fsS', '-o', '/dev/null', ...Object.entries(request.headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]), urlOf(request)]],
  ['wget', request => ['wget', '-q', '-O', '/dev/null', ...Object.entries(request.headers).map(([name, value]) => `--header=${name}: ${value}`), urlOf(request)]],
  ['python', ({ port, path, headers }) => ['python', '-c', `import http.client as h; c = h.HTTPConnection('127.0.0.1', ${port}); c.request('GET', ${JSON.stringify(path)}, headers=${JSON.stringify(headers)}); exit(c.getresponse().status >= 400)`]],
  // Not fetch: it refuses ports such as 6000 and 10080, which browsers keep away from.
  ['node', request => ['node', '-e', `require('http').get(${JSON.stringify(urlOf(request))},{headers:${JSON.stringify(request.headers)}},r=>process.exit(r.statusCode<400?0:1)).on('error',()=>process.exit(1))`]],
];

const TCP: readonly (readonly [Tool, (port: number) => readonly string[]])[] = [
  ['nc', port => ['nc', '-z', '127.0.0.1', `${port}`]],
  ['bash', port => ['bash', '-c', `exec 3<>/dev/tcp/127.0.0.1/${port}`]],
  ['python', port => ['python', '-c', `import socket; socket.create_connection(('127.0.0.1', ${port}), 5)`]],
  ['node', port => ['node', '-e', `require('net').connect(${port},'127.0.0.1').on('connect',()=>process.exit(0)).on('error',()=>process.exit(1))`]],
];

/**
 * The command that makes a check from inside the container, with a tool that its image has: Docker knows no other kind.
 * `undefined` where the image has none.
 */
export function healthCommand(check: Check, port: number | undefined, tools: readonly Tool[]): readonly string[] | undefined {
  if (check.kind === 'command') return check.command;
  if (port === undefined) return undefined;
  if (check.kind === 'tcp') return TCP.find(([tool]) => tools.includes(tool))?.[1](port);
  return HTTP.find(([tool]) => tools.includes(tool))?.[1]({ port, path: check.path, headers: check.headers });
}

/** The tools that could make a check, for error messages. */
export function toolsFor(check: Exclude<Check, { kind: 'command' }>): readonly Tool[] {
  return (check.kind === 'tcp' ? TCP : HTTP).map(([tool]) => tool);
}
