/** Shell commands of an emitted OPERATIONS.md, as they stand there. */
export interface Block {
  /** `Backup and restore: The database cedrus_prod`. */
  readonly heading: string;
  readonly commands: string;
}

export function blocksOf(guide: string): readonly Block[] {
  return guide.split(/^(?=## )/m).flatMap(chapter => chapter.split(/^(?=### )/m).flatMap((section, i, [first]) => {
    const heading = [...(i > 0 ? [first!] : []), section].map(titleOf).join(': ');
    return shellBlocks(section).map(commands => ({ heading, commands }));
  }));
}

/** The shell blocks of a page, without the indentation of lists. */
export function shellBlocks(page: string): readonly string[] {
  return [...page.matchAll(/^( *)```sh\n([^]*?)^ *```/gm)].map(([, indent, block]) => block!.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
}

function titleOf(section: string): string {
  return /^#+ (.*)$/m.exec(section)?.[1] ?? '';
}
