/** A title as it is compared: whatever the case, the width and the marks of its characters, so that `cafe` finds «Café». */
export const foldedTitle = (title: string): string =>
  title.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim();

const indexedCharacters = 100;

/** What of it channels are found by: folding makes some characters eighteen, and a key of the table has an end. */
export const indexedTitle = (title: string): string => [...foldedTitle(title)].slice(0, indexedCharacters).join('');
