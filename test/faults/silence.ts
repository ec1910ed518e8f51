import { existsSync, readFileSync } from 'node:fs';
import type { Kill, SilenceTask } from './silence-worker';
import { type Remains, whatRemains } from './what-remains';

type Places = Parameters<typeof whatRemains>[0];

export interface SilenceRun {
  readonly clean: Places;
  readonly faulty: Places;
  environment(at: Places): Readonly<Record<string, string>>;
  /** One life of the worker. */
  live(task: SilenceTask): Promise<void>;
}

/** Calls of the watch, in the order in which it tells of something: a life goes on until it meets its end. */
const TELLING: readonly (readonly [call: string, nth: number])[] = [
  ['cache.commit', 1],
  ['store.writeAnomalies', 1],
  ['topic.publish', 1],
  ['cache.commit', 2],
];
/** Those of every run. */
const ALWAYS: typeof TELLING = [
  ['silence.shards', 1],
  ['silence.due', 1],
  ['cache.load', 1],
];
/** Steps from which on sources are missed (and filed no more), the fleet is missed, and the fleet is heard again. */
const KILLS: readonly Kill[] = [
  ...lives(42, [...TELLING, ['silence.refile', 1], ...ALWAYS]),
  ...lives(81, [...TELLING, ...ALWAYS]),
  ...lives(96, [...TELLING, ...ALWAYS]),
];

/** Each call is the end of two lives: before it took effect, and after. */
function lives(fromStep: number, calls: typeof TELLING): Kill[] {
  return calls.flatMap(([call, nth]) => [
    { call, nth, fromStep, when: 'before' as const },
    { call, nth, fromStep, when: 'after' as const },
  ]);
}

/**
 * The same silences twice, of single sources and of the fleet: with a watch that lives, and with one that is killed again and
 * again between two awaits, and is run again as its schedule does. Each check with whether it holds.
 */
export async function compareSilence(run: SilenceRun): Promise<readonly (readonly [string, boolean])[]> {
  const peace = run.clean;
  await run.live({ folder: peace.folder, env: run.environment(peace) });
  const clean = await whatRemains(peace);
  const war = run.faulty;
  for (let life = 0; !existsSync(`${war.folder}/finished`); life++) {
    const kill = KILLS[life];
    if (life > KILLS.length) throw new Error('the watch does not come to its end when nothing kills it');
    await run.live({ folder: war.folder, env: run.environment(war), ...(kill === undefined ? {} : { kill }) });
  }
  const faulty = await whatRemains(war);
  const killed = killsBy(war.folder);
  const silences = [...clean.events.values()].filter((text) => text.includes('silence')).length;
  const times = [...killed.values()].reduce((a, b) => a + b, 0);
  console.log(`\n${silences} silence events, watch killed ${times} times:`);
  for (const [kind, count] of [...killed].sort()) console.log(`  ${String(count).padStart(5)} ${kind}`);
  return [
    [`silence: events as without kills: ${differing(clean, faulty, 'events')} differ`, same(clean, faulty, 'events')],
    [`silence: states as without kills: ${differing(clean, faulty, 'states')} differ`, same(clean, faulty, 'states')],
    [
      `silence: told as without kills: ${faulty.published.size} of ${clean.published.size} events`,
      [...clean.published].every((id) => faulty.published.has(id)) && faulty.published.size === clean.published.size,
    ],
    [
      `silence: killed before and after each call`,
      silences > 0 && KILLS.every(({ call, when }) => killed.has(`watch killed ${when} ${call}`)),
    ],
  ];
}

function killsBy(folder: string): Map<string, number> {
  const killed = new Map<string, number>();
  for (const line of readFileSync(`${folder}/faults.ndjson`, 'utf8').trim().split('\n')) {
    const { kind } = JSON.parse(line) as { kind: string };
    killed.set(kind, (killed.get(kind) ?? 0) + 1);
  }
  return killed;
}

function differing(clean: Remains, faulty: Remains, what: 'events' | 'states'): number {
  const [expected, actual] = [clean[what], faulty[what]];
  const keys = new Set([...expected.keys(), ...actual.keys()]);
  return [...keys].filter((key) => expected.get(key) !== actual.get(key)).length;
}

function same(clean: Remains, faulty: Remains, what: 'events' | 'states'): boolean {
  return differing(clean, faulty, what) === 0;
}
