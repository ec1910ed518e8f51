import { type HttpCall, type HttpExchange, openHttpExchange } from '../../../http-exchange';
import { Again } from '../../../with-retries';

const real = () => openHttpExchange({ isTls: false, connections: 4, answerBytesMax: 100 * 1_048_576 });

/** The process died. */
export class Killed extends Error {}

export interface KilledExchange extends HttpExchange {
  /** How many calls were made. */
  readonly calls: () => number;
}

/**
 * Real HTTP by a process that dies at a call: before the server gets it, or after the server has done it and before the answer
 * comes. From then on nothing goes out.
 */
export function killedExchange(at: number, when: 'before' | 'after'): KilledExchange {
  const exchange = real();
  let calls = 0;
  return {
    calls: () => calls,
    async call(call) {
      const now = calls++;
      if (now > at || (now === at && when === 'before')) throw new Killed(`at call ${now}`);
      const answer = await exchange.call(call);
      if (now === at) throw new Killed(`after call ${now}`);
      return answer;
    },
    close: () => exchange.close(),
  };
}

/** Real HTTP of which the first answer to each different request is lost. @param seen is filled with these requests */
export function losingFirstAnswers(seen: Set<string>): HttpExchange {
  const exchange = real();
  const nameOf = ({ method, url, body }: HttpCall) => `${method} ${url} ${Buffer.from(body ?? []).toString()}`;
  return {
    async call(call) {
      const answer = await exchange.call(call);
      const name = nameOf(call);
      if (seen.has(name)) return answer;
      seen.add(name);
      throw new Again('the answer was lost');
    },
    close: () => exchange.close(),
  };
}
