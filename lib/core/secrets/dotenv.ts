/**
 * A value as Compose's reader of `.env` files takes it literally, whatever is in it.
 *
 * In single quotes it replaces nothing, but cannot tell a backslash before the closing quote from an escape, and it turns CR LF into LF everywhere.
 * So values with quotes, backslashes or carriage returns stand in double quotes, where escapes and `$` are understood.
 */
export function quoted(value: string): string {
  if (!/['\\\r]/.test(value)) return `'${value}'`;
  return `"${value.replace(/["\\$]/g, '\\$&').replaceAll('\r', '\\r')}"`;
}

/** The text of a `.env` file. */
export function dotenv(head: string, variables: Readonly<Record<string, string>>): string {
  return [`# ${head}`, ...Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}=${quoted(value)}`), ''].join('\n');
}
