import { type ThresholdCurve, thresholdPlotSvg } from './threshold-plot';

const curve = (over: Partial<ThresholdCurve> = {}): ThresholdCurve => ({
  name: 'pump-*',
  points: [0.3, 0.5, 0.7, 0.95].map((threshold) => ({
    threshold,
    alarms: 4 - 4 * threshold,
    suspects: 2 - 2 * threshold,
  })),
  inForce: [0.5],
  proposed: 0.57,
  ...over,
});

describe('a plot of alarms against thresholds', () => {
  it('marks where the threshold is and where it is proposed to be', () => {
    const svg = thresholdPlotSvg([curve()]);
    for (const text of [
      'pump-*',
      'now 0.50',
      'proposed 0.57',
      'all alarms',
      'not called real',
      'alarms a series and week',
    ])
      expect(svg).toContain(`>${text}</text>`);
  });

  it('is the same text for the same input, also after others were drawn, and for paper alone', () => {
    const first = thresholdPlotSvg([curve()]);
    thresholdPlotSvg([curve({ name: 'fan-*', proposed: undefined })]);
    expect(thresholdPlotSvg([curve()])).toBe(first);
    expect(first).not.toMatch(/<style|class=/);
  });

  it('has a panel for each group, and writes names as they are', () => {
    const svg = thresholdPlotSvg([curve({ name: '<b>&' }), curve({ name: 'fan-*', proposed: undefined })]);
    expect(svg).toContain('>&lt;b&gt;&amp;</text>');
    expect(svg.match(/>now 0\.50</g)).toHaveLength(2);
    expect(svg.match(/>proposed/g)).toHaveLength(1);
  });
});
