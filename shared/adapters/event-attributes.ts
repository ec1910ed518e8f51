/** Fields of an anomaly event that it is published with as attributes, by which subscribers filter. */
export const FILTER_ATTRIBUTES = ['kind', 'severity', 'source', 'phase'] as const;
export type FilterAttribute = (typeof FILTER_ATTRIBUTES)[number];
