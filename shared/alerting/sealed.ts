import type { Secret } from './channel-ports';

/** Node's own printing asks for this. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');
const SHOWN = '[secret]';

/** Seals a text: only `reveal` gives it. */
export function sealed(text: string): Secret {
  const shown = () => SHOWN;
  return Object.freeze({ reveal: () => text, toString: shown, toJSON: shown, [INSPECT]: shown });
}
