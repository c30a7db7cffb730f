/** What becomes of a value of `compose.yaml`: `$$` is `$`, `${NAME:?…}` the variable. Anything else with `$` is an error of ours. */
export function expandAsCompose(value: string, variables: Readonly<Record<string, string>>): string {
  return value.replace(/\$(\$|\{([A-Z0-9_]+)(?::[?-][^}]*)?\}|)/g, (whole, escaped: string, name: string | undefined) => {
    if (escaped === '$') return '$';
    if (name === undefined) throw new Error(`Compose would refuse ${JSON.stringify(whole)} in ${JSON.stringify(value)}`);
    return variables[name] ?? '';
  });
}

/** The kubelet's expansion: `$$` is `$`, `$(NAME)` a variable that is known; whatever else stays as it is. */
export function expandAsKubelet(value: string, variables: Readonly<Record<string, string>>): string {
  return value.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) => (name === undefined ? '$' : (variables[name] ?? whole)));
}
