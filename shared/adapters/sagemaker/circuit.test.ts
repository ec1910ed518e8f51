import fc from 'fast-check';
import { admit, type Circuit, type CircuitSettings, CLOSED, type Pass, settle } from './circuit';

const settings: CircuitSettings = {
  failuresInRow: 3,
  failureShare: 0.5,
  windowCalls: 6,
  pauseMs: 100,
  pauseMsMax: 350,
  probeMs: 40,
};
const closed = (...recent: (0 | 1)[]): Circuit => ({ state: 'closed', recent: recent.map(Boolean) });
const open = (until: number, pauseMs = 100): Circuit => ({ state: 'open', until, pauseMs });
const probing = (until: number, pauseMs = 100): Circuit => ({ state: 'half-open', until, pauseMs });

describe('who may pass', () => {
  test.each<[string, Circuit, Pass | undefined, Circuit]>([
    ['closed: everybody', closed(1, 1), 'call', closed(1, 1)],
    ['open, the pause goes on: nobody', open(1_001), undefined, open(1_001)],
    ['open, the pause is over: one as probe', open(1_000), 'probe', probing(1_040)],
    ['half-open, the probe is under way: nobody', probing(1_001), undefined, probing(1_001)],
    ['half-open, nothing was heard of the probe: the next as probe', probing(1_000), 'probe', probing(1_040)],
  ])('%s', (_, circuit, pass, next) => {
    expect(admit(circuit, 1_000, settings)).toEqual({ pass, circuit: next });
  });
});

describe('after a call', () => {
  test.each<[string, Circuit, Pass, boolean, Circuit]>([
    ['closed, answered: remembered', closed(1, 1), 'call', false, closed(1, 1, 0)],
    ['closed, failed, but not yet often enough: remembered', closed(1), 'call', true, closed(1, 1)],
    ['closed, the third failure in a row: open', closed(0, 1, 1), 'call', true, open(1_075)],
    ['closed, half of the window failed, none in a row: open', closed(1, 0, 1, 0, 0), 'call', true, open(1_075)],
    ['closed, an answer never opens', closed(1, 1, 0, 1, 1), 'call', false, closed(1, 1, 0, 1, 1, 0)],
    ['closed, too few calls for a share', closed(1, 0), 'call', true, closed(1, 0, 1)],
    ['closed, what left the window does not count', closed(1, 1, 0, 0, 0, 0), 'call', true, closed(1, 0, 0, 0, 0, 1)],
    ['open: a call from before the pause changes nothing', open(1_001), 'call', false, open(1_001)],
    ['half-open, the probe was answered: closed, nothing held against it', probing(1_001), 'probe', false, CLOSED],
    ['half-open, the probe failed: open for twice as long', probing(1_001), 'probe', true, open(1_150, 200)],
    [
      'half-open, failed again and again: open for the longest pause',
      probing(1, 200),
      'probe',
      true,
      open(1_262.5, 350),
    ],
    ['half-open: a call from before the pause changes nothing', probing(1_001), 'call', true, probing(1_001)],
    ['closed by another probe: a probe counts as a call', CLOSED, 'probe', true, closed(1)],
  ])('%s', (_, circuit, pass, failed, next) => {
    expect(settle(circuit, pass, failed, 1_000, 0.5, settings)).toEqual(next);
  });
});

test('whatever happens: never more than one probe at a time, pauses within their bounds, and never shut for ever', () => {
  const step = fc.record({
    waitMs: fc.nat(200),
    fails: fc.boolean(),
    jitter: fc.double({ min: 0, max: 0.999, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      let circuit: Circuit = CLOSED;
      let now = 0;
      for (const { waitMs, fails, jitter } of steps) {
        now += waitMs;
        const { pass, circuit: admitted } = admit(circuit, now, settings);
        circuit = admitted;
        if (pass === undefined) continue;
        if (pass === 'probe') expect(admit(circuit, now + settings.probeMs - 1, settings).pass).toBeUndefined();
        circuit = settle(circuit, pass, fails, now, jitter, settings);
        if (circuit.state === 'open') {
          expect(circuit.until - now).toBeGreaterThanOrEqual(settings.pauseMs / 2);
          expect(circuit.until - now).toBeLessThanOrEqual(settings.pauseMsMax);
        }
      }
      const { pass } = admit(circuit, now + settings.pauseMsMax, settings);
      expect(pass).toBeDefined();
    }),
    { seed: 3 },
  );
});
