import { HOUR_MS, type PlaceRequest, type SourcePlaces } from '../../shared/detection/source-places';
import { renewalDay } from './budget';
import type { Services } from './services';

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
  return remembering(places, answerTo, note);
}

/**
 * An account that is asked once a day for who found a place, where no state of a source says so: the place is kept for longer
 * than that.
 */
export function rememberingAdmissions(places: SourcePlaces): SourcePlaces {
  const days = new Map<string, number>();
  const answerTo = ({ source, series, last }: PlaceRequest): number | undefined =>
    (days.get(source) ?? Number.NEGATIVE_INFINITY) >= renewalDay(source, last) ? series : undefined;
  const note = ({ source, series, last }: PlaceRequest, taken: number) => {
    if (taken < series) return;
    if (days.size >= SOURCES_MAX) days.clear();
    days.set(source, renewalDay(source, last));
  };
  return remembering(places, answerTo, note);
}

/** Asks an account for those alone to whom nothing is remembered. */
function remembering(
  places: SourcePlaces,
  answerTo: (request: PlaceRequest) => number | undefined,
  note: (request: PlaceRequest, taken: number) => void,
): SourcePlaces {
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

/** What a process remembers of both accounts of its environment. */
export function rememberingAccounts({ places, strangers }: Pick<Services, 'places' | 'strangers'>) {
  return {
    places: places && rememberingRefusals(places),
    strangers: strangers && rememberingAdmissions(rememberingRefusals(strangers)),
  };
}

function hourOf(arrival: number): number {
  return Math.floor(arrival / HOUR_MS);
}
