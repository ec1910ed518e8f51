/** For the rejection of a file that is not there: gives `value`. Everything else stays an error. */
export function nothingThere<Value>(value: Value) {
  return (error: NodeJS.ErrnoException): Value => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}
