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
        const words = fault.message.slice(0, 300);
        if (isFinal) return { outcome: 'refused', words };
        return { outcome: 'later', words, ...(mayHaveArrived(error) ? { mayHaveArrived: true } : {}) };
      }
    },
  };
}

/** Whatever answered below 500 has said no; without an answer, only what never connected is known not to have been sent. */
function mayHaveArrived(error: unknown): boolean {
  const { $metadata, code = '' } = error as { $metadata?: { httpStatusCode?: number }; code?: string };
  const status = $metadata?.httpStatusCode;
  if (status !== undefined) return status >= 500 && status !== 503;
  return !/^E(CONNREFUSED|NOTFOUND|AI_AGAIN|HOSTUNREACH|NETUNREACH)$/.test(code);
}
