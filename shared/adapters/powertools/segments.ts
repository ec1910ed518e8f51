import { Tracer } from '@aws-lambda-powertools/tracer';

/** Segments of an invocation's trace. */
export interface Segments {
  /** An invocation begins; its trace is the one that Lambda names in the environment. */
  begin(): void;
  /** What has just ended and took so many milliseconds. Of an error only the name is told. */
  add(name: string, ms: number, error?: unknown): void;
}

const NONE: Segments = { begin: () => undefined, add: () => undefined };

/** Told when they end, so that what is measured need not know of traces. Nothing is patched: no URL and no argument is traced. */
export function openSegments(service: string, isOn: boolean): Segments {
  if (!isOn) return NONE;
  const tracer = new Tracer({ serviceName: service, enabled: true, captureHTTPsRequests: false });
  let parent: ReturnType<Tracer['getSegment']>;
  return {
    begin() {
      parent = tracer.getSegment();
    },
    add(name, ms, error) {
      if (parent === undefined) return;
      const segment = parent.addNewSubsegment(name);
      segment.start_time = (Date.now() - ms) / 1000;
      if (error !== undefined) {
        segment.addFaultFlag();
        segment.addAnnotation('fault', error instanceof Error ? error.name : 'unknown');
      }
      segment.close();
    },
  };
}
