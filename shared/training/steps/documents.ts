import type { z } from 'zod';
import { DOCUMENTS, type DocumentName, type Outcome, OutcomeSchema } from '../plan';
import type { TrainingWorkspace } from '../ports';
import { TrainingError } from '../training-error';
import type { StepAnswer } from './order';

/** The JSON documents of one run. What is written again is the same to the byte. */
export interface RunDocuments {
  /** @throws {TrainingError} naming a document that is none of ours */
  read<S extends z.ZodType>(name: DocumentName, schema: S): Promise<z.output<S> | undefined>;
  /** @throws {TrainingError} naming a document that is not there, which says that a step before has not run */
  need<S extends z.ZodType>(name: DocumentName, schema: S): Promise<z.output<S>>;
  write(name: DocumentName, document: object): Promise<void>;
}

export function documentsOf(workspace: TrainingWorkspace, run: string): RunDocuments {
  const read = async <S extends z.ZodType>(name: DocumentName, schema: S) => {
    const content = await workspace.read(run, name);
    return content === undefined ? undefined : parsed(content.toString(), schema, `${name} of run ${run}`);
  };
  return {
    read,
    async need(name, schema) {
      const document = await read(name, schema);
      if (document === undefined)
        throw new TrainingError(`run ${run} has no ${name}: the step that writes it has not run`);
      return document;
    },
    write: (name, document) => workspace.write(run, name, Buffer.from(`${JSON.stringify(document, null, 2)}\n`)),
  };
}

function parsed<S extends z.ZodType>(text: string, schema: S, what: string): z.output<S> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new TrainingError(`${what} is not JSON`, { cause });
  }
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new TrainingError(`${what} is none of ours: ${issue?.path.join('.') || 'document'}: ${issue?.message}`);
}

/** Ends a run, unless it has ended: the first outcome stays. */
export async function endRun({ read, write }: RunDocuments, outcome: Outcome): Promise<StepAnswer> {
  const first = await read(DOCUMENTS.outcome, OutcomeSchema);
  if (first === undefined) await write(DOCUMENTS.outcome, outcome);
  const { run, reasons } = first ?? outcome;
  return { run, ended: true, found: reasons };
}

/** What a step answers for a run that is over, as one whose job found nothing to train on; undefined: it is not. */
export async function overAlready({ read }: RunDocuments): Promise<StepAnswer | undefined> {
  const outcome = await read(DOCUMENTS.outcome, OutcomeSchema);
  return outcome === undefined ? undefined : { run: outcome.run, ended: true, found: outcome.reasons };
}
