/** A text as it is compared: whatever the case, the width and the marks of its characters, so that `cafe` finds «Café». */
export const foldedText = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    // By way of capitals, so that «Straße», «STRAẞE» and «STRASSE» are one; and a sigma is one letter wherever it stands.
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .trim();

const indexedCharacters = 100;

/** What of a title channels are found by: folding makes some characters eighteen, and a key of the table has an end. */
export const indexedTitle = (title: string): string => [...foldedText(title)].slice(0, indexedCharacters).join('');
