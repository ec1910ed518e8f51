import { readFileSync } from 'node:fs';

/** Ticks of the kernel's clock in a second, as every Linux tells programs. */
const TICKS_PER_SECOND = 100;

/** Seconds of processor time that a process took since it began, kernel included; undefined where there is no /proc, or no such process. */
export function cpuSeconds(pid: number): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name before may hold anything; the fields are counted behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Processor time of some processes from now on: call the result for the seconds of each. */
export function cpuSince(pids: ReadonlyMap<string, number>): () => Map<string, number> {
  const before = new Map([...pids].map(([name, pid]) => [name, cpuSeconds(pid)]));
  return () => {
    const spent = new Map<string, number>();
    for (const [name, pid] of pids) {
      const [from, to] = [before.get(name), cpuSeconds(pid)];
      if (from !== undefined && to !== undefined) spent.set(name, to - from);
    }
    return spent;
  };
}
