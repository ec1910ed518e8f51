import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** What one call was refused with. */
export class Refusal extends Error {
  constructor(
    readonly type: string,
    message: string,
    readonly status = 400,
    readonly more: object = {},
  ) {
    super(message);
  }
}

interface Wire {
  Dimensions: { Name: string; Value: string; DimensionValueType?: string }[];
  Time: string;
  Version: number;
  MeasureName: string;
  MeasureValueType: string;
  TimeUnit: string;
  MeasureValues: { Name: string; Value: string; Type: string }[];
}
interface Stored {
  version: number;
  values: string;
  columns: Record<string, string>;
  timeMs: number;
}
interface WriteCall {
  DatabaseName: string;
  TableName: string;
  Records: Partial<Wire>[];
  CommonAttributes?: Partial<Wire>;
}

const CELL = 'cell7';
const PAGE_ROWS = 1_000;

/**
 * The wire protocol of Timestream, AWS JSON 1.0 with endpoint discovery, over tables in memory. It enforces the service's
 * documented limits and its rules for versions, and answers the form of query that the store asks; whatever else comes is
 * refused.
 */
export function createTimestreamFake() {
  const tables = new Map<string, Map<string, Stored>>();
  const calls: { target: string; host: string; records: number }[] = [];
  let interfere: (target: string, count: number) => Refusal | 'hang' | 'break' | undefined = () => undefined;
  let rejects: (record: Wire) => string | undefined = () => undefined;
  const server: Server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const target = String(request.headers['x-amz-target']).replace('Timestream_20181101.', '');
    const body = JSON.parse(Buffer.concat(parts).toString() || '{}') as Record<string, unknown>;
    const host = String(request.headers.host);
    calls.push({ target, host, records: ((body['Records'] as unknown[]) ?? []).length });
    try {
      checkCall(request.headers, target, host);
      const how = interfere(target, calls.filter((call) => call.target === target).length);
      if (how === 'hang') return;
      if (how === 'break') {
        request.socket.destroy();
        return;
      }
      if (how !== undefined) throw how;
      answer(response, 200, handle(target, body, host));
    } catch (error) {
      const { type, status, message, more } = error instanceof Refusal ? error : new Refusal('Bug', String(error), 599);
      answer(response, status, { __type: `com.amazonaws.timestream#${type}`, message, ...more });
    }
  });

  function handle(target: string, body: Record<string, unknown>, host: string): object {
    if (target === 'DescribeEndpoints') {
      return { Endpoints: [{ Address: host.replace('.timestream', `-${CELL}.timestream`), CachePeriodInMinutes: 1 }] };
    }
    if (target === 'WriteRecords') return write(body as unknown as WriteCall);
    if (target === 'Query') return query(String(body['QueryString']), body['NextToken'] as string | undefined);
    throw new Refusal('UnknownOperationException', target);
  }

  function table(database: string, name: string) {
    const found = tables.get(`${database}.${name}`);
    if (found === undefined) throw new Refusal('ResourceNotFoundException', `The table ${name} does not exist.`);
    return found;
  }

  function write({ DatabaseName, TableName, Records, CommonAttributes = {} }: WriteCall): object {
    const into = table(DatabaseName, TableName);
    if (!(Records.length >= 1 && Records.length <= 100)) throw new Refusal('ValidationException', 'Records: 1 to 100');
    const records = Records.map((record) => whole(record, CommonAttributes));
    const identities = records.map(identityOf);
    const rejected: object[] = [];
    records.forEach((record, RecordIndex) => {
      const identity = identities[RecordIndex]!;
      const existing = into.get(identity);
      const values = JSON.stringify(record.MeasureValues);
      const reason =
        rejects(record) ??
        (identities.indexOf(identity) === RecordIndex ? undefined : 'Duplicate data in the request.');
      if (reason !== undefined) {
        rejected.push({ RecordIndex, Reason: reason });
        return;
      }
      const isOlder = existing !== undefined && existing.version > record.Version;
      const isOther = existing !== undefined && existing.version === record.Version && existing.values !== values;
      if (isOlder || isOther) {
        const Reason = `The record version ${record.Version} is not higher than the existing version.`;
        rejected.push({ RecordIndex, Reason, ExistingVersion: existing.version });
        return;
      }
      into.set(identity, { version: record.Version, values, columns: columnsOf(record), timeMs: Number(record.Time) });
    });
    if (rejected.length > 0) {
      const message = 'One or more records have been rejected. See RejectedRecords for details.';
      throw new Refusal('RejectedRecordsException', message, 419, { Message: message, RejectedRecords: rejected });
    }
    return { RecordsIngested: { Total: records.length } };
  }

  function query(text: string, token: string | undefined): object {
    const form =
      /^SELECT \* FROM "([^"]+)"\."([^"]+)"(?: WHERE (.+?))? ORDER BY (time(?: DESC|, transition, id|, source, metric)?)(?: LIMIT (\d+))?$/s;
    const parts = form.exec(text);
    if (parts === null) throw new Refusal('ValidationException', `line 1: ${text}`);
    const [, database, name, where, orderBy, limit] = parts as unknown as string[];
    const holds = conditionOf(where);
    const found = [...table(database!, name!).values()].filter(holds).sort(inOrder);
    if (orderBy === 'time DESC') found.reverse();
    const all = limit === undefined ? found : found.slice(0, Number(limit));
    const names = [...new Set(all.flatMap(({ columns }) => Object.keys(columns)))].sort();
    const first = Number(token ?? 0);
    const page = all.slice(first, first + PAGE_ROWS);
    return {
      QueryId: 'q',
      ColumnInfo: names.map((Name) => ({ Name, Type: { ScalarType: 'VARCHAR' } })),
      Rows: page.map(({ columns }) => ({
        Data: names.map((one) => (columns[one] === undefined ? { NullValue: true } : { ScalarValue: columns[one] })),
      })),
      ...(first + page.length < all.length ? { NextToken: String(first + page.length) } : {}),
    };
  }

  return {
    calls,
    createTables: (database: string) => {
      for (const name of ['points', 'anomalies']) {
        if (!tables.has(`${database}.${name}`)) tables.set(`${database}.${name}`, new Map());
      }
    },
    interferes: (how: typeof interfere) => {
      interfere = how;
    },
    rejects: (which: typeof rejects) => {
      rejects = which;
    },
    start: () => new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening)),
    stop: () => {
      server.closeAllConnections();
      return new Promise((stopped) => server.close(stopped));
    },
    /** Takes what is meant for any host of AWS to the fake, host header and all. */
    requestHandler: () => {
      const handler = new NodeHttpHandler();
      return {
        handle: (request: Parameters<NodeHttpHandler['handle']>[0], options?: object) => {
          Object.assign(request, {
            protocol: 'http:',
            hostname: '127.0.0.1',
            port: (server.address() as AddressInfo).port,
          });
          return handler.handle(request, options);
        },
        destroy: () => handler.destroy(),
      };
    },
  };
}

function checkCall(headers: IncomingHttpHeaders, target: string, host: string): void {
  if (headers['content-type'] !== 'application/x-amz-json-1.0') throw new Refusal('SerializationException', 'type');
  if (!/^AWS4-HMAC-SHA256 .*SignedHeaders=.*host/.test(String(headers.authorization))) {
    throw new Refusal('MissingAuthenticationToken', 'not signed', 403);
  }
  const isDiscovered = host.includes(`-${CELL}.timestream`);
  if (isDiscovered !== (target !== 'DescribeEndpoints')) {
    throw new Refusal('InvalidEndpointException', `${target} at ${host}`, 421);
  }
}

function whole(record: Partial<Wire>, common: Partial<Wire>): Wire {
  for (const key of Object.keys(record)) {
    if (key !== 'Dimensions' && key in common) throw new Refusal('ValidationException', `${key} stands twice`);
  }
  const one = {
    ...common,
    ...record,
    Dimensions: [...(common.Dimensions ?? []), ...(record.Dimensions ?? [])],
  } as Wire;
  const fail = (what: string) => {
    throw new Refusal('ValidationException', what);
  };
  if (one.Dimensions.length < 1 || one.Dimensions.length > 128) fail('Dimensions');
  if (one.MeasureValueType !== 'MULTI' || !one.MeasureName || one.TimeUnit !== 'MILLISECONDS') fail('attributes');
  if (!/^-?\d{1,19}$/.test(one.Time)) fail('Time');
  if (!Number.isSafeInteger(one.Version) || one.Version < 1) fail('Version');
  if (one.MeasureValues.length < 1 || one.MeasureValues.length > 256) fail('MeasureValues');
  const names = [...one.Dimensions, ...one.MeasureValues].map(({ Name }) => Name);
  if (new Set(names).size !== names.length || names.includes('time')) fail('a name stands twice');
  for (const { Name, Value } of one.Dimensions) {
    if (!Name || Buffer.byteLength(Name) > 60 || !Value || Buffer.byteLength(Name + Value) > 2_048) fail('Dimension');
  }
  for (const { Name, Value, Type } of one.MeasureValues) {
    if (!Name || Buffer.byteLength(Name) > 256 || !Value || Buffer.byteLength(Value) > 2_048) fail(`measure ${Name}`);
    if (!VALUES[Type]?.test(Value)) fail(`${Name}: ${Value} is no ${Type}`);
  }
  return one;
}

const VALUES: Readonly<Record<string, RegExp>> = {
  DOUBLE: /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i,
  BIGINT: /^-?\d{1,19}$/,
  BOOLEAN: /^(true|false)$/,
  VARCHAR: /^/,
};

function identityOf({ Dimensions, Time, MeasureName }: Wire): string {
  const sorted = Dimensions.map(({ Name, Value }) => [Name, Value]).sort();
  return JSON.stringify([sorted, Time, MeasureName]);
}

function columnsOf({ Dimensions, MeasureValues, MeasureName, Time }: Wire): Record<string, string> {
  const time = new Date(Number(Time)).toISOString().replace('T', ' ').replace('Z', '000000');
  const named = [...Dimensions, ...MeasureValues].map(({ Name, Value }) => [Name, Value]);
  return { ...Object.fromEntries(named), measure_name: MeasureName, time };
}

function conditionOf(where: string | undefined): (stored: Stored) => boolean {
  let rest = where;
  const tests: ((stored: Stored) => boolean)[] = [];
  while (rest) {
    const equals = /^(\w+) = '((?:[^']|'')*)'(?: AND |$)/s.exec(rest);
    const bound = /^time (>=|<) from_milliseconds\((-?\d+)\)(?: AND |$)/.exec(rest);
    const isTrue = /^(\w+) = true(?: AND |$)/.exec(rest);
    const isThere = /^(\w+) IS NOT NULL(?: AND |$)/.exec(rest);
    const found = equals ?? bound ?? isTrue ?? isThere;
    if (found === null) throw new Refusal('ValidationException', `WHERE ${rest}`);
    if (equals !== null) {
      const value = equals[2]!.replaceAll("''", "'");
      tests.push(({ columns }) => columns[equals[1]!] === value);
    } else if (isTrue !== null) {
      tests.push(({ columns }) => columns[isTrue[1]!] === 'true');
    } else if (isThere !== null) {
      tests.push(({ columns }) => columns[isThere[1]!] !== undefined);
    } else {
      const ms = Number(bound![2]);
      tests.push(bound![1] === '<' ? ({ timeMs }) => timeMs < ms : ({ timeMs }) => timeMs >= ms);
    }
    rest = rest.slice(found[0].length);
  }
  return (stored) => tests.every((test) => test(stored));
}

function inOrder(a: Stored, b: Stored): number {
  const [left, right] = [a, b].map(({ columns }) => `${columns['source']}\n${columns['metric']}`);
  if (a.columns['transition'] === undefined) return a.timeMs - b.timeMs || (left! < right! ? -1 : 1);
  const byTransition = Number(a.columns['transition'] ?? 0) - Number(b.columns['transition'] ?? 0);
  return a.timeMs - b.timeMs || byTransition || (String(a.columns['id']) < String(b.columns['id']) ? -1 : 1);
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body));
}
