/** Published results of streaming detectors, threshold optimised by the benchmark: standard, low FP rate, low FN rate. */
export const NAB_PEERS: readonly { readonly name: string; readonly scores: readonly [number, number, number] }[] = [
  { name: 'ARTime', scores: [74.9, 65.1, 80.4] },
  { name: 'Numenta HTM', scores: [70.5, 62.6, 75.2] },
  { name: 'CAD OSE', scores: [69.9, 67.0, 73.2] },
  { name: 'Random Cut Forest', scores: [51.7, 38.4, 59.7] },
  { name: 'windowed Gaussian', scores: [39.6, 20.9, 47.4] },
];
