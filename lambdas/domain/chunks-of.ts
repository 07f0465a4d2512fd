/** In order, each of this size but the last. */
export const chunksOf = <Element>(elements: readonly Element[], size: number): Element[][] =>
  Array.from({ length: Math.ceil(elements.length / size) }, (_, chunk) =>
    elements.slice(chunk * size, (chunk + 1) * size),
  );
