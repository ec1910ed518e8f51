import { CHECKPOINT_FIELD, type StateFields } from '../../shared/detection/ports';
import { closeEpisodes } from '../../shared/detection/silence/close-episodes';
import type { Filing } from '../../shared/detection/silence/ports';
import { silenceOpened } from '../../shared/detection/silence/silence-event';
import { encodeWatch, F64, type SourceWatch, WATCH_FIELD } from '../../shared/detection/silence/source-watch';
import { touchedCheckpoint } from '../../shared/domain/position';
import type { Services } from './services';
import { tell } from './tell';
import type { LookedAt } from './watch-silence';

/** A source whose state says that it is silent, with events to tell. */
export interface SilentSource {
  readonly filing: Filing;
  readonly fields: StateFields;
  readonly watch: SourceWatch;
}

type Missed = LookedAt & { readonly look: { readonly deadline: number } };

/**
 * Writes into the states of missed sources that they are silent, and the events of it: the silence itself and the end of
 * whatever episodes of the source were open. The checkpoint is touched, so that a batch which brings the source back at this
 * moment starts again with what is written here. Gives those whose write won.
 */
export async function decideSilence(
  { cache, settings }: Services,
  missed: readonly Missed[],
): Promise<readonly SilentSource[]> {
  if (missed.length === 0) return [];
  const decided = missed.map(({ filing, fields: before, watch, settings: own, look: { deadline } }): SilentSource => {
    const { source } = filing;
    const known = { version: settings.version, threshold: own.threshold };
    const ended = closeEpisodes(source, before!, deadline, watch!.origin.tags, known);
    const opened = silenceOpened(source, watch!, deadline, known);
    watch!.f64[F64.opened] = deadline;
    const silent = { ...watch!, pending: [opened, ...ended.events] };
    const fields = new Map([
      ...ended.fields,
      [WATCH_FIELD, encodeWatch(silent)],
      [CHECKPOINT_FIELD, touchedCheckpoint(before!.get(CHECKPOINT_FIELD) ?? NOTHING)],
    ]);
    return { filing, fields, watch: silent };
  });
  const won = await cache.commit(
    decided.map(({ filing: { source }, fields }, i) => ({
      source,
      expected: missed[i]!.fields!.get(CHECKPOINT_FIELD),
      fields,
    })),
  );
  return decided.filter((_, i) => won[i] === true);
}

const NOTHING = new Uint8Array();

/** Tells what was decided, notes that it is told, and takes the sources out of the index, in this order. */
export async function tellSilence(services: Services, silent: readonly SilentSource[]): Promise<void> {
  if (silent.length === 0) return;
  await tell(
    services,
    silent.flatMap(({ watch }) => watch.pending),
  );
  // One that spoke meanwhile has told it again: its write loses, and its filing stays.
  await services.cache.commit(
    silent.map(({ filing: { source }, fields, watch }) => {
      const checkpoint = fields.get(CHECKPOINT_FIELD)!;
      return {
        source,
        expected: checkpoint,
        fields: new Map([
          [WATCH_FIELD, encodeWatch({ ...watch, pending: [] })],
          [CHECKPOINT_FIELD, checkpoint],
        ]),
      };
    }),
  );
  await services.silence.refile(silent.map(({ filing }) => filing));
}
