/** Holds at most so many values: with one more, that which was not set for the longest time goes. */
export function boundedMap<Value>(most: number) {
  const values = new Map<string, Value>();
  return {
    take(key: string): Value | undefined {
      const value = values.get(key);
      values.delete(key);
      return value;
    },
    set(key: string, value: Value): void {
      values.set(key, value);
      const [oldest] = values.keys();
      if (values.size > most && oldest !== undefined) values.delete(oldest);
    },
  };
}
