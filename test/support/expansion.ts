/** What becomes of a value of `compose.yaml`: `$$` is `$`, `${NAME:?…}` the variable, `${NAME:-…}` what follows without one. Anything else with `$` is an error of ours. */
export function expandAsCompose(value: string, variables: Readonly<Record<string, string>>): string {
  return value.replace(/\$(\$|\{([A-Z0-9_]+)(?::([?-])([^}]*))?\}|)/g, (whole, escaped: string, name: string | undefined, sign: string | undefined, otherwise: string | undefined) => {
    if (escaped === '$') return '$';
    if (name === undefined) throw new Error(`Compose would refuse ${JSON.stringify(whole)} in ${JSON.stringify(value)}`);
    return variables[name] ?? (sign === '-' ? otherwise ?? '' : '');
  });
}

/**
 * The kubelet's expansion, byte by byte as `k8s.io/kubernetes/third_party/forked/golang/expansion` does it: `$$` is `$`,
 * `$(NAME)` a variable or itself, and the byte after any other `$` is taken for a character of its own.
 */
export function expandAsKubelet(value: string, variables: Readonly<Record<string, string>>): string {
  const bytes = Buffer.from(value);
  const out: Buffer[] = [];
  for (let i = 0; i < bytes.length; i++) {
    const next = bytes[i + 1];
    if (bytes[i] !== 0x24 || next === undefined) {
      out.push(bytes.subarray(i, i + 1));
      continue;
    }
    const end = next === 0x28 ? bytes.indexOf(0x29, i + 1) : -1;
    if (end >= 0) {
      const name = bytes.subarray(i + 2, end).toString();
      out.push(Buffer.from(variables[name] ?? `$(${name})`));
      i = end;
    } else {
      out.push(Buffer.from(next === 0x24 ? '$' : `$${String.fromCharCode(next)}`));
      i++;
    }
  }
  return Buffer.concat(out).toString();
}
