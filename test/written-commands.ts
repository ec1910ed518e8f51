/** A command of ours that a page tells people to type. */
export interface WrittenCommand {
  /** `tidewatch …` and `npm …`, without what calls it (`npx`) and what follows it (a pipe, a comment). */
  readonly words: readonly string[];
  /** Of the page, from 1. */
  readonly line: number;
  /** In a block of its own, to be typed as it stands; else within a sentence, where it may be cut short. */
  readonly isWhole: boolean;
}

const FENCE = /^\s*```/;
const PROMPT = /^\s*\$ /;
const VARIABLE = /^[A-Z][A-Z0-9_]*=/;

/** All that a page of Markdown has in blocks and in inline code, in its order. */
export function writtenCommands(page: string): WrittenCommand[] {
  const found: WrittenCommand[] = [];
  const lines = page.split('\n');
  let isInBlock = false;
  let text: string[] = [];
  let begun = '';
  lines.forEach((line, at) => {
    const isFence = FENCE.test(line);
    // Inline code may go over the end of a line, and no further than its paragraph.
    if (isFence || line.trim() === '') {
      found.push(...inline(text, at - text.length));
      text = [];
    } else if (!isInBlock) text.push(line);
    else if (line.endsWith('\\')) begun += line.slice(0, -1);
    else {
      const first =
        at +
        1 -
        (begun === ''
          ? 0
          : lines
              .slice(0, at)
              .reverse()
              .findIndex((one) => !one.endsWith('\\')));
      found.push(...commandsIn(begun + line).map((words) => ({ words, line: first, isWhole: true })));
      begun = '';
    }
    if (isFence) isInBlock = !isInBlock;
  });
  return [...found, ...inline(text, lines.length - text.length)];
}

function inline(lines: readonly string[], before: number): WrittenCommand[] {
  const text = lines.join('\n');
  return [...text.matchAll(/`([^`]+)`/g)].flatMap(({ 1: code = '', index }) => {
    const line = before + text.slice(0, index).split('\n').length;
    return commandsIn(code.replaceAll('\n', ' ')).map((words) => ({ words, line, isWhole: false }));
  });
}

/** The commands of ours in one line for a shell. */
export function commandsIn(line: string): string[][] {
  return simpleCommands(line.replace(PROMPT, '')).flatMap((all) => {
    const words = all.slice(all.findIndex((word) => !VARIABLE.test(word)));
    const own = words[0] === 'npx' ? words.slice(1) : words;
    return own[0] === 'tidewatch' || (own[0] === 'npm' && words === own) ? [own] : [];
  });
}

/** Words of a shell's line, a list for each simple command; quotes are taken off, redirections and comments left out. */
function simpleCommands(line: string): string[][] {
  const commands: string[][] = [[]];
  const token = /\s+|(#.*$)|(\|\||&&|[|;&])|(\d?>>?\s*\S+|<\s+\S+)|((?:'[^']*'|"(?:\\.|[^"])*"|\\.|[^\s|;&'"\\])+)/gy;
  for (const [, , separator, , word] of line.matchAll(token)) {
    if (separator !== undefined) commands.push([]);
    else if (word !== undefined) commands.at(-1)!.push(word.replace(/'([^']*)'|"((?:\\.|[^"])*)"|\\(.)/g, '$1$2$3'));
  }
  return commands;
}
