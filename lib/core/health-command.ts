import type { Check, Tool } from '../model';

/** Each asks `url` and fails unless the answer is 2xx or 3xx. No shell: arguments need no escaping. */
const HTTP: readonly (readonly [Tool, (url: string, headers: readonly (readonly [string, string])[]) => readonly string[]])[] = [
  ['curl', (url, headers) => ['curl', '-fsS', '-o', '/dev/null', ...headers.flatMap(([name, value]) => ['-H', `${name}: ${value}`]), url]],
  ['wget', (url, headers) => ['wget', '-q', '-O', '/dev/null', ...headers.map(([name, value]) => `--header=${name}: ${value}`), url]],
  ['python', (url, headers) => ['python', '-c', `import urllib.request as r; r.urlopen(r.Request(${JSON.stringify(url)}, headers=${JSON.stringify(Object.fromEntries(headers))}))`]],
  ['node', (url, headers) => ['node', '-e', `fetch(${JSON.stringify(url)},{headers:${JSON.stringify(Object.fromEntries(headers))}}).then(r=>process.exit(r.ok?0:1),()=>process.exit(1))`]],
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
  const url = `http://127.0.0.1:${port}${check.path}`;
  return HTTP.find(([tool]) => tools.includes(tool))?.[1](url, Object.entries(check.headers));
}

/** The tools that could make a check, for error messages. */
export function toolsFor(check: Exclude<Check, { kind: 'command' }>): readonly Tool[] {
  return (check.kind === 'tcp' ? TCP : HTTP).map(([tool]) => tool);
}
