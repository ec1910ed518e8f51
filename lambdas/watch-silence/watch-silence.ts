import type { StateFields } from '../../shared/detection/ports';
import type { FleetState } from '../../shared/detection/silence/fleet';
import { type Look, look } from '../../shared/detection/silence/look';
import { oldestWaiting } from '../../shared/detection/silence/oldest-waiting';
import type { Due, Filing, Refiling } from '../../shared/detection/silence/ports';
import { decodeWatch, type SourceWatch, shardKey, WATCH_FIELD } from '../../shared/detection/silence/source-watch';
import { type SourceSettings, settingsFor } from '../../shared/domain/settings';
import { loadFleet, moveFleet, Overtaken, tellFleet } from './fleet-record';
import type { Services, WatchCounts } from './services';
import { decideSilence, type SilentSource, tellSilence } from './silent-source';

/** A round that finds more sources due than it may look at is followed by another, so often at most. */
const ROUNDS_MAX = 20;
/** A source whose shard lags is looked at again after this part of the time that missed ones wait for each other. */
const AGAIN_PART = 0.5;
const AGAIN_MS_MIN = 500;

/** A due source, its state, and what is to be done with it. */
export interface LookedAt {
  readonly filing: Filing;
  readonly fields: StateFields | undefined;
  readonly watch: SourceWatch | undefined;
  readonly settings: SourceSettings;
  readonly look: Look;
}

/**
 * Looks for sources that should have spoken and did not; runs every minute. Only those are looked at whose deadline has come,
 * so the healthy cost nothing. It begins with how long points wait that nobody has taken: who takes none cannot tell of it.
 *
 * A silence is decided in the source's state by compare-and-set, with the events that tell of it; then they are stored and
 * published, then the state says so, then the source is filed no more. Whatever dies between, the next run finds the source
 * still filed and goes on. A source that returns meanwhile ends its silence itself and tells both. So runs may overlap.
 */
export async function watchSilence(services: Services): Promise<WatchCounts> {
  const now = services.now();
  const takenUntil = await shardTimes(services, now);
  let counts: WatchCounts = { filed: 0, looked: 0, missed: 0, opened: 0, fleetIsSilent: false };
  try {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const { due, isRest, ...found } = await oneRound(services, now, takenUntil);
      counts = {
        filed: due.filedCount,
        looked: counts.looked + due.filings.length,
        missed: found.missed,
        opened: counts.opened + found.opened,
        fleetIsSilent: found.fleetIsSilent,
      };
      if (!isRest) break;
    }
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
    services.observe.problem('fleet', error);
  }
  services.observe.watched(counts);
  return counts;
}

/** How far each shard was taken; how long the oldest record has waited that was not is told, unless nobody knows. */
async function shardTimes({ silence, tail, observe }: Services, now: number): Promise<ReadonlyMap<string, number>> {
  const shards = await silence.shards();
  const tails = await tail.lookBehind(shards, now);
  const since = oldestWaiting(tails);
  if (since === 'unknown') observe.problem('stream', new Error('whether records wait is unknown: it does not answer'));
  else observe.waiting(now - (since ?? now));
  return new Map(shards.map((shard, i) => [shardKey(shard), tails[i]!.takenUntil]));
}

interface Round {
  readonly due: Due;
  readonly missed: number;
  readonly opened: number;
  readonly fleetIsSilent: boolean;
  /** Is there more to look at? */
  readonly isRest: boolean;
}

async function oneRound(services: Services, now: number, takenUntil: ReadonlyMap<string, number>): Promise<Round> {
  const { silence, settings, sourcesMax } = services;
  const due = await silence.due(now, sourcesMax);
  const { fleet, states } = await loadFleet(
    services.cache,
    due.filings.map(({ source }) => source),
  );
  await tellFleet(services, fleet);
  const looked = lookAt(services, due.filings, states, fleet.state, now, takenUntil);
  const missed = ofKind(looked, 'missed');
  const estimate = due.filings.length === 0 ? 0 : Math.round((missed.length / looked.length) * due.dueCount);
  const since = Math.min(...missed.map((one) => one.look.deadline));
  const after = await moveFleet(services, fleet, { missed: estimate, filed: due.filedCount, since }, now);
  // A fleet that fell silent, or was heard again, just now: the deadlines are others.
  const ripe =
    after === fleet.state && after.opened === 0
      ? missed.filter((one) => one.look.deadline + settings.fleet.settleMs <= now)
      : [];
  const decided = await decideSilence(services, ripe);
  await tellSilence(services, [...decided, ...ofKind(looked, 'tell').map(asSilent)]);
  const moved = looked.flatMap(refilingOf);
  if (moved.length > 0) await silence.refile(moved);
  return {
    due,
    missed: estimate,
    opened: decided.length,
    fleetIsSilent: after.opened > 0,
    isRest: after.opened === 0 && due.dueCount > due.filings.length && moved.length + decided.length > 0,
  };
}

function lookAt(
  services: Services,
  filings: readonly Filing[],
  states: readonly (StateFields | undefined)[],
  fleet: FleetState,
  now: number,
  takenUntil: ReadonlyMap<string, number>,
): LookedAt[] {
  const since = Math.max(services.since, fleet.heardAgain);
  const again = now + Math.max(AGAIN_PART * services.settings.fleet.settleMs, AGAIN_MS_MIN);
  return filings.map((filing, i) => {
    const fields = states[i];
    const watch = decodeWatch(fields?.get(WATCH_FIELD));
    const settings = settingsFor(services.settings, filing.source, now);
    const moment = { now, takenUntil: watch && takenUntil.get(watch.origin.shard), since, again };
    return { filing, fields, watch, settings, look: look(watch, settings, moment) };
  });
}

type Of<Kind extends Look['kind']> = LookedAt & { readonly look: Extract<Look, { readonly kind: Kind }> };

function ofKind<Kind extends Look['kind']>(looked: readonly LookedAt[], kind: Kind): Of<Kind>[] {
  return looked.filter((one): one is Of<Kind> => one.look.kind === kind);
}

function asSilent({ filing, fields, watch }: LookedAt): SilentSource {
  return { filing, fields: fields!, watch: watch! };
}

function refilingOf({ filing, look: { kind, ...rest } }: LookedAt): Refiling[] {
  if (kind === 'drop') return [filing];
  return kind === 'wait' ? [{ ...filing, next: (rest as { next: number }).next }] : [];
}
