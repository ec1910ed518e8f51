// A set of servers in a folder: what runs is written down there, so that whoever comes later can stop it.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, stop } from './processes.mjs';
import { SERVERS } from './servers.mjs';

const STATE = 'state.json';

/**
 * Starts every server whose variable the user has not set, all at once, and gives all their variables. Whatever fails, or
 * when `signal` is aborted, those that run are stopped.
 *
 * @param only names of servers; absent: all
 */
export async function startSet(folder, packages, { signal, only } = {}) {
  mkdirSync(folder, { recursive: true });
  const processes = new Map();
  const wanted = SERVERS.filter(({ name, variable }) => (only?.includes(name) ?? true) && !process.env[variable]);
  let variables = {};
  const save = () => writeSet(folder, { processes: [...processes.values()], variables });
  const started = (server) => {
    processes.set(server.name, server);
    save();
    return server;
  };
  const launches = wanted.map(async ({ launch }) => launch({ folder, packages, processes, started }));
  // Who fails leaves the others time to say what they have started.
  const results = await Promise.allSettled(launches);
  try {
    for (const { reason, value } of results) {
      if (value === undefined) throw reason;
      variables = { ...variables, ...value };
    }
    save();
    signal?.throwIfAborted();
  } catch (error) {
    await stopSet(folder);
    throw error;
  }
  return variables;
}

/** Writes down a process more, to be stopped with the set. */
export function addToSet(folder, server) {
  const { processes, variables } = readSet(folder);
  writeSet(folder, { processes: [...processes, server], variables });
}

/** Stops what is written down as running and removes the folder. Gives how many ran. */
export async function stopSet(folder) {
  const running = readSet(folder).processes.filter(isRunning);
  const results = await Promise.allSettled(running.map(stop));
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  rmSync(folder, { recursive: true, force: true });
  return running.length;
}

/** What was started there: processes, and the variables that tell where they are. */
export function readSet(folder) {
  const file = join(folder, STATE);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { processes: [], variables: {} };
}

function writeSet(folder, set) {
  writeFileSync(join(folder, 'state.new'), JSON.stringify(set, null, 2));
  renameSync(join(folder, 'state.new'), join(folder, STATE));
}
