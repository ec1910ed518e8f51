const now = performance.now.bind(performance);

/**
 * The steady clock is an hour ahead as soon as the condition has held: whatever it measures is over, after as much work as the
 * test says and not after as much as the machine does in some milliseconds. Ends with jest.restoreAllMocks().
 */
export function clockAheadWhen(isTime: () => boolean): void {
  let isAhead = false;
  jest.spyOn(performance, 'now').mockImplementation(() => {
    isAhead ||= isTime();
    return now() + (isAhead ? 3_600_000 : 0);
  });
}
