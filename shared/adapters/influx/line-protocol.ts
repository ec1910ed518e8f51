/**
 * Line protocol: `measurement,tag=value field=value nanoseconds`, one point a line.
 * Numbers are written as floats, which is what a field keeps for ever once it was written so; integers bear an `i`.
 * @see InfluxDB 1.x, "Line protocol reference"
 */
export function line(
  measurement: string,
  tags: readonly (readonly [name: string, value: string | undefined])[],
  fields: readonly (readonly [name: string, value: string | undefined])[],
  time: string,
): string {
  let text = measurement;
  for (const [name, value] of tags) if (value !== undefined) text += `,${name}=${escapedTag(value)}`;
  let separator = ' ';
  for (const [name, value] of fields) {
    if (value === undefined) continue;
    text += `${separator}${name}=${value}`;
    separator = ',';
  }
  return `${text} ${time}`;
}

/**
 * The value that a tag has in the store. It is the name, but for one that ends with a backslash: nothing can say that it does
 * not belong to the sign after it, so a space stands behind. No name ends with a space, and names stay distinct.
 */
export function tagValue(name: string): string {
  return name.endsWith('\\') ? `${name} ` : name;
}

/** Undoes {@link tagValue}. */
export function nameOfTag(value: string): string {
  return value.endsWith('\\ ') ? value.slice(0, -1) : value;
}

/** @throws {RangeError} if the number is not finite: no field can hold it */
export function float(value: number | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (!Number.isFinite(value)) throw new RangeError('a number is not finite');
  return Object.is(value, -0) ? '-0' : String(value);
}

export function integer(value: number): string {
  return `${value}i`;
}

export function text(value: string): string;
export function text(value: string | undefined): string | undefined;
export function text(value: string | undefined): string | undefined {
  return value === undefined ? undefined : `"${QUOTABLE.test(value) ? value.replace(/["\\]/g, '\\$&') : value}"`;
}

const QUOTABLE = /["\\]/;
const SEPARATOR = /[,= ]/;

export function escapedTag(name: string): string {
  const value = tagValue(name);
  return SEPARATOR.test(value) ? value.replace(/[,= ]/g, '\\$&') : value;
}
