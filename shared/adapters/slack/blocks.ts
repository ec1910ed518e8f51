/** The blocks of Block Kit that are used here. */
export type Block = HeaderBlock | SectionBlock | ContextBlock | ActionsBlock | DividerBlock;

export interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
  readonly emoji?: boolean;
}

/** `verbatim`: nothing in it becomes a link by itself. */
export interface Mrkdwn {
  readonly type: 'mrkdwn';
  readonly text: string;
  readonly verbatim: true;
}

export interface HeaderBlock {
  readonly type: 'header';
  readonly text: PlainText;
}
export interface SectionBlock {
  readonly type: 'section';
  readonly text?: Mrkdwn;
  readonly fields?: readonly Mrkdwn[];
}
export interface ContextBlock {
  readonly type: 'context';
  readonly elements: readonly Mrkdwn[];
}
export interface DividerBlock {
  readonly type: 'divider';
}
export interface Button {
  readonly type: 'button';
  readonly text: PlainText;
  readonly action_id: string;
  readonly value: string;
  readonly style?: 'primary' | 'danger';
}
export interface ActionsBlock {
  readonly type: 'actions';
  readonly block_id: string;
  readonly elements: readonly Button[];
}

/** Slack refuses a message that goes beyond one of these; characters are UTF-16 units. @see https://docs.slack.dev/reference/block-kit/blocks */
export const BLOCK_LIMITS = {
  blocks: 50,
  headerChars: 150,
  sectionChars: 3_000,
  fields: 10,
  fieldChars: 2_000,
  contextElements: 10,
  contextChars: 3_000,
  actionElements: 25,
  buttonChars: 75,
  valueChars: 2_000,
  idChars: 255,
  /** Of `text`; Slack cuts beyond 40,000 and asks for less than this. */
  textChars: 4_000,
} as const;

export function mrkdwn(text: string): Mrkdwn {
  return { type: 'mrkdwn', text, verbatim: true };
}
