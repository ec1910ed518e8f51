import { HOUR_MS, type PlaceRequest, type SourcePlaces } from '../../shared/detection/source-places';

/** Beyond so many sources all are forgotten, and asked for again: some megabytes. */
const SOURCES_MAX = 50_000;

/**
 * An account that is asked once an hour, and not with every batch, for who found no place: it would say the same, since a
 * refusal closes the hour. A fleet that outgrew its budget would else ask for each of its strangers with each of their
 * points, all of one key.
 */
export function rememberingRefusals(places: SourcePlaces): SourcePlaces {
  const refusals = new Map<string, { readonly hour: number; readonly taken: number }>();
  const answerTo = ({ source, first, series, known, renews }: PlaceRequest): number | undefined => {
    const refusal = refusals.get(source);
    if (refusal === undefined || hourOf(first) > refusal.hour) return undefined;
    const hasNone = refusal.taken === 0 && known === 0;
    return renews && !hasNone ? undefined : Math.min(series, Math.max(known, refusal.taken));
  };
  const note = ({ source, first, series }: PlaceRequest, taken: number) => {
    refusals.delete(source);
    if (taken === series) return;
    if (refusals.size >= SOURCES_MAX) refusals.clear();
    refusals.set(source, { hour: hourOf(first), taken });
  };
  return {
    ...places,
    async take(requests) {
      const answers = requests.map(answerTo);
      const asked = requests.filter((_, at) => answers[at] === undefined);
      const taken = asked.length === 0 ? [] : await places.take(asked);
      asked.forEach((request, i) => {
        note(request, taken[i]!);
      });
      let next = 0;
      return answers.map((answer) => answer ?? taken[next++]!);
    },
  };
}

function hourOf(arrival: number): number {
  return Math.floor(arrival / HOUR_MS);
}
