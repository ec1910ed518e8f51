import type { Command } from 'commander';
import { aWholeNumber } from '../option-values';

export function registerInbox(program: Command): void {
  program
    .command('inbox')
    .description('Messages of a run on this machine that had nowhere else to go: Slack, mail, webhook.')
    .argument('[number]', 'shows this one, as it would have gone out', aWholeNumber)
    .option('-d, --data <folder>', 'folder of the run', '.tidewatch/demo')
    .option('--json', 'as JSON')
    .addHelpText('after', INBOX_HELP)
    .action(async (number: number | undefined, options: { data: string; json?: boolean }) => {
      const { showInbox } = await import('../inbox/show-inbox');
      showInbox(options.data, number, options.json ?? false);
    });
}

const INBOX_HELP = `
Without a number it lists them, the oldest first. A message goes to its real address instead once that is given:

  SMTP_URL                       a mail server, for mails: smtp://user:password@host:587
  SECRET_…, or a file in DATA/secrets    the secret that a receiver names: tidewatch/slack is SECRET_TIDEWATCH_SLACK
                                 or DATA/secrets/tidewatch/slack
  ALLOWED_HOSTS                  private hosts that webhooks may call, as localhost:9000

Examples:
  $ tidewatch inbox
  $ tidewatch inbox 3
  $ tidewatch inbox --data .tidewatch/http --json
`;
