import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { type AwsClientOptions, awsClientConfig } from '../aws/aws-client';
import { AwsRefusal, awsFault } from '../aws/aws-faults';
import type { Mailer } from './mailer';

export interface SesMailerOptions extends Partial<AwsClientOptions> {
  readonly region: string;
}

const DEFAULTS = { attemptTimeoutMs: 5_000, concurrency: 4 };

/** The mail itself is wrong; everything else, as an identity that is not verified yet, people can mend. */
const NEVER = new Set(['BadRequestException', 'InvalidParameterValue']);

/** Amazon SES, version 2 of its interface, whole mails. It puts its own Message-ID and Date in the place of ours. */
export function sesMailer(options: SesMailerOptions): Mailer {
  const client = new SESv2Client(awsClientConfig({ ...DEFAULTS, ...options }));
  return {
    async send({ from, to, raw }, withinMs) {
      const command = new SendEmailCommand({
        FromEmailAddress: from,
        Destination: { ToAddresses: [...to] },
        Content: { Raw: { Data: raw } },
      });
      try {
        const { MessageId } = await client.send(command, { abortSignal: AbortSignal.timeout(Math.max(1, withinMs)) });
        return { outcome: 'sent', words: `SES ${MessageId ?? ''}`.trim(), status: 200 };
      } catch (error) {
        const fault = awsFault(error, 'SES', withinMs);
        const isFinal = fault instanceof AwsRefusal && NEVER.has(fault.reason);
        return { outcome: isFinal ? 'refused' : 'later', words: fault.message.slice(0, 300) };
      }
    },
  };
}
