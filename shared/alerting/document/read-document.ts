import {
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Document as YamlDocument,
} from 'yaml';
import type { z } from 'zod';
import { referenceProblems } from './references';
import { type AlertingDocument, AlertingDocumentSchema } from './schema';

/** Larger texts are no rules. */
const CHARS_MAX = 1_000_000;

export interface DocumentProblem {
  /** From 1; absent where there is no place. */
  readonly line?: number;
  /** As `rules[2].match.source`. */
  readonly path: string;
  /** What is wrong and how it is put right. */
  readonly message: string;
}

/** A text that is no alerting document. The message lists what is wrong, a line each. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
  constructor(
    readonly problems: readonly DocumentProblem[],
    where = 'rules',
  ) {
    super(
      problems
        .map(({ line, path, message }) => `${where}${line ? `:${line}` : ''}: ${path && `${path}: `}${message}`)
        .join('\n'),
    );
  }
}

/**
 * YAML or JSON to an alerting document, checked whole: form, names that are referred to, expressions.
 *
 * @param where stands in messages, as the name of the file
 * @throws {DocumentError} with every problem found, each with its line
 */
export function readDocument(text: string, where?: string): AlertingDocument {
  if (text.length > CHARS_MAX)
    throw new DocumentError([{ path: '', message: `has more than ${CHARS_MAX} characters` }], where);
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const broken = yaml.errors.map(({ message, pos }) => ({ line: lines.linePos(pos[0]).line, path: '', message }));
  if (broken.length > 0) throw new DocumentError(broken, where);
  const lineOf = (path: readonly PropertyKey[]) => {
    const node = nodeAt(yaml.contents, path);
    return node?.range ? { line: lines.linePos(node.range[0]).line } : {};
  };
  const parsed = AlertingDocumentSchema.safeParse(plainValue(yaml, where) ?? {});
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => ({
      ...lineOf(placeOf(issue)),
      path: pathWords(issue.path),
      message: messageOf(issue),
    }));
    throw new DocumentError(problems, where);
  }
  const dangling = referenceProblems(parsed.data);
  if (dangling.length > 0)
    throw new DocumentError(
      dangling.map(({ path, message }) => ({ ...lineOf(path), path: pathWords(path), message })),
      where,
    );
  return parsed.data;
}

/** Few aliases, as nests of them grow: a small text must not become a large document. */
function plainValue(yaml: YamlDocument, where: string | undefined): unknown {
  try {
    return yaml.toJS({ maxAliasCount: 20 });
  } catch (error) {
    throw new DocumentError([{ path: '', message: `cannot be read: ${(error as Error).message}` }], where);
  }
}

type Issue = z.core.$ZodIssue;

/** Of what is not known here, the place of the thing itself. */
function placeOf(issue: Issue): readonly PropertyKey[] {
  return issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path;
}

function messageOf(issue: Issue): string {
  if (issue.code === 'unrecognized_keys')
    return `${issue.keys.map((key) => `"${key}"`).join(', ')} cannot stand here; is it misspelt, or a level too deep or too high?`;
  if (issue.message.endsWith('received undefined')) return 'is missing';
  return issue.message;
}

function pathWords(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (words, key) => words + (typeof key === 'number' ? `[${key}]` : words === '' ? String(key) : `.${String(key)}`),
    '',
  );
}

/** The node at a path, or the nearest one above it. */
function nodeAt(contents: Node | null, path: readonly PropertyKey[]): Node | null {
  let node = contents;
  for (const key of path) {
    if (!isCollection(node)) break;
    const next = childOf(node, key);
    if (next === undefined) break;
    node = next;
  }
  return node;
}

function childOf(node: Node, key: PropertyKey): Node | undefined {
  if (isSeq(node)) return node.items[Number(key)] as Node | undefined;
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
  return (pair?.value ?? pair?.key) as Node | undefined;
}
