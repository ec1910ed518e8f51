/** As much of a state machine in Amazon's States Language as ours uses. */
export interface StateMachine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

interface Rule {
  readonly Variable: string;
  readonly Next: string;
  readonly BooleanEquals?: boolean;
  readonly NumericGreaterThan?: number;
}

interface State {
  readonly Type: 'Task' | 'Choice' | 'Wait' | 'Succeed' | 'Fail';
  readonly Next?: string;
  readonly Parameters?: { readonly FunctionName: string; readonly Payload: Readonly<Record<string, unknown>> };
  readonly OutputPath?: string;
  readonly Choices?: readonly Rule[];
  readonly Default?: string;
  readonly Seconds?: number;
  readonly SecondsPath?: string;
  readonly Retry?: readonly { readonly ErrorEquals: readonly string[]; readonly MaxAttempts: number }[];
  readonly Catch?: readonly {
    readonly ErrorEquals: readonly string[];
    readonly Next: string;
    readonly ResultPath?: string;
  }[];
}

export interface Execution {
  readonly status: 'SUCCEEDED' | 'FAILED';
  /** In the order in which they were entered. */
  readonly states: readonly string[];
}

interface Run {
  readonly name: string;
  readonly input: object;
  readonly invoke: (functionName: string, event: unknown) => Promise<unknown>;
}

const STATES_MAX = 100;

/** Executes it without waiting. @throws {Error} for what it does not know, or an execution that goes on and on */
export async function runStateMachine(machine: StateMachine, run: Run): Promise<Execution> {
  const states: string[] = [];
  let data: Record<string, unknown> = { ...run.input };
  let at = machine.StartAt;
  while (states.length < STATES_MAX) {
    const state = machine.States[at]!;
    states.push(at);
    if (state.Type === 'Succeed') return { status: 'SUCCEEDED', states };
    if (state.Type === 'Fail') return { status: 'FAILED', states };
    if (state.Type === 'Task') ({ data, next: at } = await task(state, data, run));
    else if (state.Type === 'Choice') at = state.Choices!.find((rule) => holds(rule, data))?.Next ?? state.Default!;
    else {
      const seconds = state.Seconds ?? read(state.SecondsPath!, data);
      if (typeof seconds !== 'number' || seconds < 0) throw new Error(`${at} waits for ${String(seconds)}`);
      at = state.Next!;
    }
  }
  throw new Error(`the execution does not end: ${states.slice(-6).join(' → ')}`);
}

async function task(state: State, data: Record<string, unknown>, { name, invoke }: Run) {
  const { FunctionName, Payload } = state.Parameters!;
  const event = Object.fromEntries(
    Object.entries(Payload).map(([key, value]) =>
      key.endsWith('.$')
        ? [key.slice(0, -2), value === '$$.Execution.Name' ? name : read(String(value), data)]
        : [key, value],
    ),
  );
  const tries = new Map<object, number>();
  for (;;) {
    try {
      // As it goes over the wire.
      const answer = JSON.parse(JSON.stringify(await invoke(FunctionName, JSON.parse(JSON.stringify(event)))));
      return { data: read(state.OutputPath!, { Payload: answer }) as Record<string, unknown>, next: state.Next! };
    } catch (error) {
      const { name: kind, message } = error as Error;
      const retry = state.Retry?.find(({ ErrorEquals }) => ErrorEquals.includes(kind));
      const before = retry === undefined ? 0 : (tries.get(retry) ?? 0);
      if (retry !== undefined && before < retry.MaxAttempts) {
        tries.set(retry, before + 1);
        continue;
      }
      const caught = state.Catch?.find(({ ErrorEquals }) =>
        ErrorEquals.some((one) => one === kind || one === 'States.ALL'),
      );
      if (caught === undefined) throw error;
      const failure = { Error: kind, Cause: JSON.stringify({ errorType: kind, errorMessage: message }) };
      return { data: { ...data, failure }, next: caught.Next };
    }
  }
}

function holds({ Variable, BooleanEquals, NumericGreaterThan }: Rule, data: unknown): boolean {
  const value = read(Variable, data);
  if (BooleanEquals !== undefined) return value === BooleanEquals;
  return typeof value === 'number' && value > NumericGreaterThan!;
}

/** @throws {Error} where there is nothing, as the service does */
function read(path: string, data: unknown): unknown {
  let value = data;
  for (const part of path.split('.').slice(1)) {
    value = (value as Record<string, unknown>)[part];
    if (value === undefined) throw new Error(`${path} is not in ${JSON.stringify(data)}`);
  }
  return value;
}
