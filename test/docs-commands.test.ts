import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { tidewatchProgram } from '../apps/cli/program';
import { scripts } from '../package.json';
import { commandsIn, type WrittenCommand, writtenCommands } from './written-commands';

const root = path.join(__dirname, '..');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].sort();
const written = pages.flatMap((page) =>
  writtenCommands(readFileSync(path.join(root, page), 'utf8')).map((command) => ({ page, ...command })),
);
/** What npm does without `run`. */
const OF_NPM = new Set(['ci', 'install', 'test', 'start']);

/** What is wrong with it; nothing: a user can type it. */
function mistake({ words, isWhole }: WrittenCommand): string | undefined {
  const [program, ...args] = words;
  if (program === 'tidewatch') return isWhole ? refusal(args) : unknownName(args);
  const [verb = '', ...rest] = args;
  const [name, ...given] = verb === 'run' ? rest.filter((word) => word !== '-s') : [verb, ...rest];
  if (name === undefined) return 'npm runs nothing';
  if (verb !== 'run' && !OF_NPM.has(name)) return `npm has no ${name} here`;
  if (!isScript(name) && name !== 'ci' && name !== 'install') return `package.json has no script ${name}`;
  // `npm start -- …` is `tidewatch start …`.
  if (name !== 'start' || given[0] !== '--') return undefined;
  return isWhole ? refusal(['start', ...given.slice(1)]) : unknownName(['start', ...given.slice(1)]);
}

/** `bench:…` stands for all that begin so. */
function isScript(name: string): boolean {
  return name.endsWith('…')
    ? Object.keys(scripts).some((script) => script.startsWith(name.slice(0, -1)))
    : name in scripts;
}

/** Has the command line read it, as it does before it runs anything. */
function refusal(args: readonly string[]): string | undefined {
  const program = silent(tidewatchProgram());
  try {
    program.parse(args, { from: 'user' });
    return undefined;
  } catch (error) {
    return (error as Error).message === '(outputHelp)' ? undefined : (error as Error).message;
  }
}

/** Of what is named in a sentence, where values are left out. */
function unknownName(args: readonly string[]): string | undefined {
  let command: Command = tidewatchProgram();
  for (const word of args) {
    if (word === '--help' || /^[^\w-]*$/.test(word)) continue;
    if (word.startsWith('-')) {
      const [flag] = word.split('=');
      if (!command.options.some(({ long, short }) => long === flag || short === flag))
        return `${command.name()} has no option ${flag}`;
    } else if (command.commands.length > 0) {
      const next = command.commands.find((one) => one.name() === word);
      if (next === undefined) return `${command.name()} has no command ${word}`;
      command = next;
    }
  }
  return undefined;
}

function silent(command: Command): Command {
  command.exitOverride().configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  if (command.commands.length === 0) command.action(() => undefined);
  command.commands.forEach(silent);
  return command;
}

test('there is something to check', () => {
  expect(written.filter(({ words }) => words[0] === 'tidewatch').length).toBeGreaterThan(60);
  expect(written.filter(({ words }) => words[0] === 'npm').length).toBeGreaterThan(40);
});

test.each(pages)('every command of ours that %s names is there, with its options', (page) => {
  const mistakes = written
    .filter((command) => command.page === page)
    .flatMap((command) => {
      const wrong = mistake(command);
      return wrong === undefined ? [] : [`line ${command.line}: ${command.words.join(' ')}: ${wrong}`];
    });
  expect(mistakes).toEqual([]);
});

test.each([
  ['tidewatch alert list', true, /unknown command 'alert'/],
  ['tidewatch alerts explain', true, /missing required argument/],
  ['tidewatch alerts explain cc2acc --tables x', true, /unknown option '--tables'/],
  ['tidewatch send --input pump.csv', true, /--stream <name>' not specified/],
  ['tidewatch cost --sources many --metrics 3 --interval 10s', true, /--sources/],
  ['tidewatch alerts explain', false, undefined],
  ['tidewatch alerts explained', false, /no command explained/],
  ['tidewatch cost --sources … --interval …', false, undefined],
  ['tidewatch cost --source …', false, /no option --source/],
  ['npm run tests', true, /no script tests/],
  ['npm run bench:…', false, undefined],
  ['npm start -- --htp 8086', true, /unknown option '--htp'/],
])('%s (whole: %s) is told as it is', (text, isWhole, expected) => {
  const found = mistake({ words: commandsIn(text)[0]!, line: 1, isWhole });
  if (expected === undefined) expect(found).toBeUndefined();
  else expect(found).toMatch(expected);
});

test('commands are found behind variables, in pipes and over lines, and without their comments', () => {
  const page = [
    'Say `npx tidewatch',
    'doctor` or `AWS_REGION=x tidewatch inbox`, not `aws s3 ls`.',
    '```',
    '$ npx tidewatch rules show > rules.yaml  # what is in force',
    'npx tidewatch send --input pump.csv \\',
    '  --stream points',
    "cat x | tidewatch score --input - && npm run build; echo 'tidewatch none'",
    '```',
  ].join('\n');
  expect(writtenCommands(page)).toEqual([
    { words: ['tidewatch', 'doctor'], line: 1, isWhole: false },
    { words: ['tidewatch', 'inbox'], line: 2, isWhole: false },
    { words: ['tidewatch', 'rules', 'show'], line: 4, isWhole: true },
    { words: ['tidewatch', 'send', '--input', 'pump.csv', '--stream', 'points'], line: 5, isWhole: true },
    { words: ['tidewatch', 'score', '--input', '-'], line: 7, isWhole: true },
    { words: ['npm', 'run', 'build'], line: 7, isWhole: true },
  ]);
});
