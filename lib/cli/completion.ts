import type { Command, Option } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** What can stand behind some words of a command line. */
interface Place {
  /** `secrets init`; empty for the program itself. */
  readonly path: string;
  readonly commands: readonly Command[];
  readonly options: readonly Option[];
  /** The words that its first argument must be one of. */
  readonly words: readonly string[];
}

/** Made from the commands themselves, so that it cannot differ from them. */
export function completionScript(shell: Shell, program: Command): string {
  return { bash, zsh, fish }[shell](program.name(), placesBelow(program, ''), program.options);
}

function placesBelow(command: Command, path: string): Place[] {
  const here: Place = { path, commands: command.commands, options: command.options.filter(({ hidden }) => !hidden), words: command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices) };
  return [here, ...command.commands.flatMap(child => placesBelow(child, `${path} ${child.name()}`.trim()))];
}

function bash(name: string, places: readonly Place[], common: readonly Option[]): string {
  const flags = (options: readonly Option[]) => [...new Set([...options, ...common].flatMap(({ long }) => long ?? []).concat('--help'))];
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`).join('|');
  return `# ${name} for bash: source <(${name} completion bash)
_${name}() {
  local path='' word i
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${path:+$path }\${COMP_WORDS[i]}"
    case "$word" in ${paths}) path=$word ;; esac
  done
  local words=''
  case "$path:$before" in
${places.flatMap(({ path, options }) => options.flatMap(({ long, argChoices }) => (argChoices ? [`    '${path}:${long}') words='${argChoices.join(' ')}' ;;`] : []))).join('\n')}
    *) case "$path" in
${places.map(({ path, commands, options, words }) => `      '${path}') words='${[...commands.map(command => command.name()), ...words, ...flags(options)].join(' ')}' ;;`).join('\n')}
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${name} ${name}
`;
}

/** zsh reads what bash does. */
function zsh(name: string, places: readonly Place[], common: readonly Option[]): string {
  return `# ${name} for zsh: source <(${name} completion zsh)\nautoload -U +X compinit && compinit -C\nautoload -U +X bashcompinit && bashcompinit\n${bash(name, places, common).split('\n').slice(1).join('\n')}`;
}

function fish(name: string, places: readonly Place[]): string {
  const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
  const condition = (path: string) => {
    if (path === '') return '__fish_use_subcommand';
    return path.split(' ').map(word => `__fish_seen_subcommand_from ${word}`).join('; and ');
  };
  const lines = places.flatMap(({ path, commands, options, words }) => {
    // Within a group, only until one of its commands is there.
    const open = path !== '' && commands.length > 0 ? `${condition(path)}; and not __fish_seen_subcommand_from ${commands.map(command => command.name()).join(' ')}` : condition(path);
    return [
      ...commands.map(command => `complete -c ${name} -f -n ${quoted(open)} -a ${command.name()} -d ${quoted(command.description())}`),
      ...(words.length > 0 ? [`complete -c ${name} -f -n ${quoted(condition(path))} -a ${quoted(words.join(' '))}`] : []),
      ...options.map(({ long, description, argChoices, required }) => `complete -c ${name}${path === '' ? '' : ` -n ${quoted(condition(path))}`} -l ${long!.slice(2)}${required ? ' -r' : ''}${argChoices ? ` -f -a ${quoted(argChoices.join(' '))}` : ''} -d ${quoted(description)}`),
    ];
  });
  return `# ${name} for fish: ${name} completion fish > ~/.config/fish/completions/${name}.fish\n${lines.join('\n')}\n`;
}
