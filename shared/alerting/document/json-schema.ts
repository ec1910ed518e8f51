import { z } from 'zod';
import { AlertingDocumentSchema } from './schema';

/** The form of the document as editors know it (JSON Schema draft 7). What only code can check, as expressions, is not in it. */
export function documentJsonSchema(): object {
  return z.toJSONSchema(AlertingDocumentSchema, { io: 'input', unrepresentable: 'any', target: 'draft-7' });
}
