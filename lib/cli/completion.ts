import type { Command, Option } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Of these options people name what the program has; of others that take a value, files. */
const VALUES: Readonly<Record<string, Value>> = { environment: 'environments', target: ['compose', 'kubernetes'] };
/** So are the arguments called that are names of stacks. */
const STACKS = ['stack', 'reference', 'system/environment'];

/** Words, or what the program is asked for. */
type Value = readonly string[] | 'stacks' | 'environments' | 'files';

/** What can stand behind some words of a command line. */
interface Place {
  /** `secrets init`; empty for the program itself. */
  readonly path: string;
  readonly commands: readonly Command[];
  readonly options: readonly Option[];
  /** What its arguments can be. */
  readonly value: Value;
}

/** Made from the commands themselves, so that it cannot differ from them. */
export function completionScript(shell: Shell, program: Command): string {
  return { bash, zsh, fish }[shell](program.name(), placesBelow(program, ''), program.options);
}

function placesBelow(command: Command, path: string): Place[] {
  const { commands, options, registeredArguments: [argument] } = command;
  const value = argument && (STACKS.includes(argument.name()) ? 'stacks' : argument.argChoices ?? 'files');
  const here: Place = { path, commands, options: options.filter(({ hidden }) => !hidden), value: value ?? [] };
  return [here, ...commands.flatMap(child => placesBelow(child, `${path} ${child.name()}`.trim()))];
}

/** `undefined` for one that takes nothing. */
function valueOf(option: Option): Value | undefined {
  if (!option.required) return undefined;
  return option.argChoices ?? VALUES[option.attributeName()] ?? 'files';
}

function bash(name: string, places: readonly Place[], common: readonly Option[]): string {
  const flags = (options: readonly Option[]) => [...new Set([...options, ...common].flatMap(({ long }) => long ?? []).concat('--help'))];
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => `'${path}'`).join('|');
  const ask = { stacks: `$(${name} list --names 2>/dev/null)`, environments: `$(${name} list --names 2>/dev/null | sed 's|.*/||')` };
  // Nothing to offer: the shell offers files.
  const behind = (value: Value) => (value === 'files' ? ';;' : `offer=${typeof value === 'string' ? ask[value] : `'${value.join(' ')}'`} ;;`);
  const at = ({ commands, options, value }: Place) => {
    const words = [...commands.map(command => command.name()), ...(Array.isArray(value) ? value : []), ...flags(options)].join(' ');
    if (value === 'files') return `[[ $current != -* ]] || offer='${words}'`;
    return value === 'stacks' ? `if [[ $current == -* ]]; then offer='${words}'; else offer=${ask.stacks}; fi` : `offer='${words}'`;
  };
  // In zsh, variables called path and words are not free.
  return `# ${name} for bash: source <(${name} completion bash)
_${name}() {
  local place='' word offer='' i
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${place:+$place }\${COMP_WORDS[i]}"
    case "$word" in ${paths}) place=$word ;; esac
  done
  case "$place:$before" in
${places.flatMap(({ path, options }) => options.flatMap(option => (valueOf(option) ? [`    ${path === '' ? '*' : `'${path}'`}:${option.long}) ${behind(valueOf(option)!)}`] : []))).join('\n')}
    *) case "$place" in
${places.map(place => `      '${place.path}') ${at(place)} ;;`).join('\n')}
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$offer" -- "$current"))
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
  const ask = { stacks: `(${name} list --names 2>/dev/null)`, environments: `(${name} list --names 2>/dev/null | string replace -r '.*/' '' | sort -u)` };
  // Without -f it offers files as well.
  const offer = (value: Value) => (value === 'files' ? '' : ` -f -a ${quoted(typeof value === 'string' ? ask[value] : value.join(' '))}`);
  const lines = places.flatMap(({ path, commands, options, value }) => {
    // Within a group, only until one of its commands is there.
    const open = path !== '' && commands.length > 0 ? `${condition(path)}; and not __fish_seen_subcommand_from ${commands.map(command => command.name()).join(' ')}` : condition(path);
    return [
      ...commands.map(command => `complete -c ${name} -f -n ${quoted(open)} -a ${command.name()} -d ${quoted(command.description())}`),
      ...(value.length > 0 && value !== 'files' ? [`complete -c ${name} -n ${quoted(condition(path))}${offer(value)}`] : []),
      ...options.map(option => `complete -c ${name}${path === '' ? '' : ` -n ${quoted(condition(path))}`} -l ${option.long!.slice(2)}${option.required ? ' -r' : ''}${offer(valueOf(option) ?? 'files')} -d ${quoted(option.description)}`),
    ];
  });
  return `# ${name} for fish: ${name} completion fish > ~/.config/fish/completions/${name}.fish\n${lines.join('\n')}\n`;
}
