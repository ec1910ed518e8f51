import { BLOCK_LIMITS } from '../blocks';

type Json = Readonly<Record<string, unknown>>;

/**
 * What Slack would say against these blocks, as a strict reader of its documentation: unknown types and fields, missing ones,
 * texts too long or empty, too many of anything, ids that repeat. Empty if it would take them.
 */
export function blockProblems(blocks: unknown): string[] {
  if (!Array.isArray(blocks)) return ['blocks must be an array'];
  if (blocks.length === 0 || blocks.length > BLOCK_LIMITS.blocks) return [`${blocks.length} blocks`];
  const ids = blocks.flatMap((block: Json) => (block['block_id'] === undefined ? [] : [block['block_id']]));
  return [
    ...(new Set(ids).size === ids.length ? [] : ['block_id repeats']),
    ...blocks.flatMap((block: Json, at) =>
      problemsOf(block).map((problem) => `${problem} [json-pointer:/blocks/${at}]`),
    ),
  ];
}

function problemsOf(block: Json): string[] {
  const { type } = block;
  switch (type) {
    case 'header':
      return [
        ...only(block, ['type', 'text', 'block_id']),
        ...text(block['text'], ['plain_text'], BLOCK_LIMITS.headerChars),
      ];
    case 'section':
      return sectionProblems(block);
    case 'context': {
      const elements = list(block['elements']);
      return [
        ...only(block, ['type', 'elements', 'block_id']),
        ...count('elements', elements, BLOCK_LIMITS.contextElements),
        ...elements.flatMap((element) => text(element, ['mrkdwn', 'plain_text'], BLOCK_LIMITS.contextChars)),
      ];
    }
    case 'actions':
      return actionsProblems(block);
    case 'divider':
      return only(block, ['type', 'block_id']);
    default:
      return [`unsupported type: ${String(type)}`];
  }
}

function sectionProblems(block: Json): string[] {
  const fields = block['fields'] === undefined ? undefined : list(block['fields']);
  return [
    ...only(block, ['type', 'text', 'fields', 'block_id']),
    ...(block['text'] === undefined && fields === undefined ? ['a section needs text or fields'] : []),
    ...(block['text'] === undefined ? [] : text(block['text'], ['mrkdwn', 'plain_text'], BLOCK_LIMITS.sectionChars)),
    ...(fields === undefined ? [] : count('fields', fields, BLOCK_LIMITS.fields)),
    ...(fields ?? []).flatMap((field) => text(field, ['mrkdwn', 'plain_text'], BLOCK_LIMITS.fieldChars)),
  ];
}

function actionsProblems(block: Json): string[] {
  const elements = list(block['elements']) as Json[];
  const ids = elements.map((element) => element['action_id']);
  return [
    ...only(block, ['type', 'elements', 'block_id']),
    ...length('block_id', block['block_id'], BLOCK_LIMITS.idChars),
    ...count('elements', elements, BLOCK_LIMITS.actionElements),
    ...(new Set(ids).size === ids.length ? [] : ['action_id repeats']),
    ...elements.flatMap((element) => [
      ...only(element, ['type', 'text', 'action_id', 'value', 'style']),
      ...(element['type'] === 'button' ? [] : ['no button']),
      ...text(element['text'], ['plain_text'], BLOCK_LIMITS.buttonChars),
      ...length('action_id', element['action_id'], BLOCK_LIMITS.idChars),
      ...length('value', element['value'], BLOCK_LIMITS.valueChars),
      ...(['primary', 'danger', undefined].includes(element['style'] as string) ? [] : ['style']),
    ]),
  ];
}

function text(value: unknown, types: readonly string[], charsMax: number): string[] {
  if (typeof value !== 'object' || value === null) return ['text object missing'];
  const { type } = value as Json;
  if (!types.includes(String(type))) return [`text of type ${String(type)}`];
  const allowed = type === 'mrkdwn' ? ['type', 'text', 'verbatim'] : ['type', 'text', 'emoji'];
  const words = (value as Json)['text'];
  return [
    ...only(value as Json, allowed),
    ...length('text', words, charsMax),
    ...(type === 'mrkdwn' ? markup(words) : []),
  ];
}

/** Everything in angle brackets must be a link or a date: a mention was never meant. */
function markup(words: unknown): string[] {
  const inBrackets = String(words).match(/<[^>]*>/g) ?? [];
  return inBrackets
    .filter((one) => !/^<https?:\/\/[^|<>\s]+\|[^|<>]+>$/.test(one) && !/^<!date\^\d+\^[^<>|]+\|[^<>|]+>$/.test(one))
    .map((one) => `markup ${one}`);
}

function length(what: string, value: unknown, charsMax: number): string[] {
  if (typeof value !== 'string' || value.length === 0) return [`${what} must have a character at least`];
  return value.length > charsMax ? [`${what} must be less than ${charsMax + 1} characters, has ${value.length}`] : [];
}

function count(what: string, values: readonly unknown[], max: number): string[] {
  return values.length === 0 || values.length > max ? [`${values.length} ${what}`] : [];
}

function only(value: Json, names: readonly string[]): string[] {
  return Object.keys(value)
    .filter((name) => !names.includes(name))
    .map((name) => `no such field: ${name}`);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
