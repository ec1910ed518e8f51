import { z } from 'zod';

const TextSchema = z.object({ type: z.string(), text: z.string() });
const BlockSchema = z.object({
  type: z.string(),
  text: TextSchema.optional(),
  fields: z.array(TextSchema).optional(),
  elements: z.array(z.object({ text: z.union([z.string(), TextSchema]) })).optional(),
});
const MessageSchema = z.object({ blocks: z.array(BlockSchema) });

/** A Slack message as lines of a terminal: what Slack would draw, without its drawing. Undefined if it is none. */
export function slackLines(body: string): string[] | undefined {
  const parsed = MessageSchema.safeParse(json(body));
  return parsed.success ? parsed.data.blocks.flatMap(blockLines) : undefined;
}

function blockLines({ type, text, fields = [], elements = [] }: z.output<typeof BlockSchema>): string[] {
  const words = elements.map(({ text }) => (typeof text === 'string' ? plain(text) : text.text));
  if (type === 'actions') return ['', words.map((word) => `[ ${word} ]`).join(' ')];
  if (type === 'context') return ['', words.join('  ·  ')];
  const own = text === undefined ? [] : text.type === 'mrkdwn' ? plain(text.text).split('\n') : [text.text];
  return ['', ...own, ...fields.map(({ text: field }) => plain(field).replace('\n', ': '))];
}

/** Marks of Slack's markup taken away, links and times as text. */
function plain(mrkdwn: string): string {
  return mrkdwn
    .replace(/<!date\^[^|>]*\|([^>]*)>/g, '$1')
    .replace(/<(https?:[^|>]*)\|([^>]*)>/g, '$2 ($1)')
    .replace(/(^|\n)\*([^*\n]+)\*/g, '$1$2')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
