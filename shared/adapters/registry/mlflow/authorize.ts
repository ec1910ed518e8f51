export interface UnsignedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

/** Gives the headers that a request is sent with: those it has, and who asks. */
export type Authorize = (request: UnsignedRequest) => Promise<Readonly<Record<string, string>>>;

export const nobody: Authorize = async ({ headers }) => headers;

export function bearer(token: string): Authorize {
  return async ({ headers }) => ({ ...headers, authorization: `Bearer ${token}` });
}

/** @param pair user and password with a colon between, in base64 */
export function basic(pair: string): Authorize {
  return async ({ headers }) => ({ ...headers, authorization: `Basic ${pair}` });
}
