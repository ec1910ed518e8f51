import { TransientFault } from '../../detection/ports';

/** Repeats the work while its fault is one that passes. */
export async function eventually<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TransientFault)) throw error;
    }
  }
}

export async function eventuallyTrue(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((soon) => setTimeout(soon, 20));
}
